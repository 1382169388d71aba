package ingress

import (
	"crypto/sha1"
	"encoding/base64"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// BasicAuth is a login of one user, operator, with a generated password, that nginx checks itself. It is for test stacks: there is one
// password for everybody, and nobody is logged out.
type BasicAuth struct{}

const (
	// User is the user of basic authentication.
	User = "operator"

	loginName = "ingress-login"
	// passwordLength makes 238 bits of letters and digits: the password cannot be guessed from any hash of it, however fast.
	passwordLength = 40
)

type login struct {
	user, password pulumi.StringOutput
	// before is what the routes wait for.
	before []pulumi.Resource
}

// newLogin makes the user and the password of basic authentication.
func newLogin(ctx *pulumi.Context, name string, args Args, child, inside pulumi.ResourceOption) (login, error) {
	if args.Auth.Basic == nil {
		return login{user: pulumi.String("").ToStringOutput(), password: pulumi.ToSecret(pulumi.String("")).(pulumi.StringOutput)}, nil
	}
	password, err := random.NewRandomPassword(ctx, name+"-operator", &random.RandomPasswordArgs{
		Length: pulumi.Int(passwordLength), Special: pulumi.Bool(false),
	}, child)
	if err != nil {
		return login{}, err
	}
	salt, err := random.NewRandomPassword(ctx, name+"-operator-salt", &random.RandomPasswordArgs{
		Length: pulumi.Int(16), Special: pulumi.Bool(false),
	}, child)
	if err != nil {
		return login{}, err
	}
	line := pulumi.All(password.Result, salt.Result).ApplyT(func(made []any) string {
		password, _ := made[0].(string)
		salt, _ := made[1].(string)
		return htpasswd(User, password, salt)
	}).(pulumi.StringOutput)
	secret, err := corev1.NewSecret(ctx, name+"-login", &corev1.SecretArgs{
		Metadata:   kube.Metadata(args.app(), args.Namespace, loginName),
		Type:       pulumi.String("nginx.org/htpasswd"),
		StringData: pulumi.StringMap{"htpasswd": pulumi.ToSecret(line).(pulumi.StringOutput)},
	}, inside)
	return login{user: pulumi.String(User).ToStringOutput(), password: password.Result, before: []pulumi.Resource{secret}}, err
}

// htpasswd returns a line of nginx's password file, in the scheme {SSHA} of RFC 2307, which nginx itself knows in every image
// (ngx_http_auth_basic_module). It is a fast hash on purpose: nginx computes it anew for every request, in the worker that serves all
// other requests meanwhile. The usual slow ones are for passwords that people choose; at a tenth of a second each, a page of fifty
// files would take seconds and a few strangers would keep nginx busy. The password's length makes up for it, see passwordLength.
func htpasswd(user, password, salt string) string {
	digest := sha1.Sum([]byte(password + salt))
	return user + ":{SSHA}" + base64.StdEncoding.EncodeToString(append(digest[:], salt...)) + "\n"
}
