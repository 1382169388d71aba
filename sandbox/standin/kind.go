package standin

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Rule is one thing that the genuine provider or service refuses. It returns nil when the request is fine. A rule that reads
// a value not yet known is undecided and its answer is dropped: it is asked again when the value is there. For that reason each
// rule looks at one thing.
type Rule func(*Call) error

// Output computes one output of a resource from its inputs and its id. It must give the same answer for the same inputs and
// id, because it is asked again at every update; Call.Hex, Call.UUID and Call.Old serve what looks random.
type Output func(*Call) any

// Kind is what the stand-in knows of one resource type.
type Kind struct {
	// Name is the property that gets a generated name when the program gives none; empty for types without one.
	Name string
	// NamePrefix begins each generated name.
	NamePrefix string
	// NameLimit is the longest name that the service takes, in characters; 0 means 255.
	NameLimit int
	// Required lists the inputs without which the provider's schema refuses the resource.
	Required []string
	// Immutable lists property paths (a.b, array indexes left out) whose change replaces the resource.
	Immutable []string
	// ImmutableHere lists further ones that depend on the provider's settings or on the inputs.
	ImmutableHere func(*Call) []string
	// Mutable lists exceptions below an immutable path.
	Mutable []string
	// Secret lists outputs that are secret whatever they came from.
	Secret []string

	// Prepare completes the checked inputs in place: default tags, generated names in odd places, secret marks.
	Prepare func(*Call, *pulumirpc.CheckRequest, resource.PropertyMap) error
	// Refuse is asked in Check: what is wrong with these inputs whatever else exists.
	Refuse []Rule
	// RefuseCreate is asked in Create: what is wrong with them given what exists.
	RefuseCreate []Rule
	// RefuseDelete is asked in Delete.
	RefuseDelete []Rule

	// Claims lists names that only one object may hold at a time.
	Claims func(*Call) []string
	// Facts are identifying values that later calls need to know of this object, such as the range of a VPC. They are written
	// to the record, so a fact read from a secret is dropped.
	Facts map[string]Output
	// ID gives the provider id of a new object.
	ID func(*Call) string
	// Outputs are computed whether or not the property is an input too.
	Outputs map[string]Output
	// Defaults are outputs computed where the program gave no input of that name.
	Defaults map[string]Output
	// Deleted is told of each object that is gone, to remove what goes with it.
	Deleted func(*Call) error

	// Kept names outputs that are decided once, by Make, when the object is created.
	Kept []string
	// Make draws the kept outputs; ID may read them with Call.Old.
	Make func(*Call) (map[string]any, error)
	// StateOnly marks objects that exist in the stack's state and nowhere else, so that the record does not list them.
	StateOnly bool

	// Adopt, when set, lets a create take over what the same resource left behind, as a server-side apply does. It returns an error
	// when the object of now cannot be put over the one that was left.
	Adopt func(left, now Object) error

	// Remote, when set, keeps the objects somewhere real instead of in the local record.
	Remote *Remote
}

// Remote sends the four operations of one kind to a real API.
type Remote struct {
	// Apply creates or updates the object and returns its outputs; dryRun changes nothing. Outputs together with an error say that
	// the object exists but is not ready.
	Apply func(c *Call, dryRun bool) (resource.PropertyMap, error)
	// Read returns the inputs and outputs of the object as it is now, or false when it is gone.
	Read func(*Call) (inputs, outputs resource.PropertyMap, found bool, err error)
	// Delete removes the object; an object that is gone already is no error.
	Delete func(*Call) error
}
