package logging

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"
)

// The users of Elasticsearch beside OperatorUser. There is no superuser: the built-in ones are switched off.
const (
	fluentdUser   = "fluentd"
	lifecycleUser = "lifecycle"

	// kibanaAccount is Kibana's service account with the name of its token.
	kibanaAccount = "elastic/kibana/satkube"
)

// dataStream is where the lines go. Its name is outside of logs-*-*, for which Elasticsearch brings a template of its own that keeps
// everything for ever.
const dataStream = "satkube-logs"

// role is a role in roles.yml.
type role struct {
	Cluster      []string      `json:"cluster"`
	Indices      []indexRight  `json:"indices,omitempty"`
	Applications []application `json:"applications,omitempty"`
}

type indexRight struct {
	Names      []string `json:"names"`
	Privileges []string `json:"privileges"`
}

type application struct {
	Application string   `json:"application"`
	Privileges  []string `json:"privileges"`
	Resources   []string `json:"resources"`
}

// roles are what each user may do; the role is called as its user.
func roles() map[string]role {
	return map[string]role{
		// It adds lines and can neither read nor change nor delete one: an intruder on a node cannot clear his traces.
		fluentdUser: {
			Cluster: []string{"monitor"},
			Indices: []indexRight{{Names: []string{dataStream}, Privileges: []string{"auto_configure", "create_doc"}}},
		},
		lifecycleUser: {Cluster: []string{"manage_ilm", "manage_index_templates"}},
		OperatorUser: {
			Cluster: []string{"monitor"},
			Indices: []indexRight{{Names: []string{dataStream}, Privileges: []string{"read", "view_index_metadata"}}},
			// All of Kibana, so that views and dashboards can be saved. What they show is bounded by the right above.
			Applications: []application{{Application: "kibana-.kibana", Privileges: []string{"all"}, Resources: []string{"*"}}},
		},
	}
}

func users() []string { return []string{fluentdUser, lifecycleUser, OperatorUser} }

func renderRoles() (string, error) {
	text, err := yaml.Marshal(roles())
	return string(text), err
}

// renderUsersRoles is the file users_roles: a role and its users a line.
func renderUsersRoles() string {
	var lines strings.Builder
	for _, user := range users() {
		fmt.Fprintf(&lines, "%s:%s\n", user, user)
	}
	return lines.String()
}

// credentials are passwords and what Elasticsearch keeps of them; all secret.
type credentials struct {
	passwords map[string]pulumi.StringOutput
	// usersFile and tokensFile are Elasticsearch's files users and service_tokens.
	usersFile, tokensFile pulumi.StringOutput
	kibanaToken           pulumi.StringOutput
	// kibanaKeys are for sessions, for saved objects and for reports.
	kibanaKeys [3]pulumi.StringOutput
}

func newCredentials(ctx *pulumi.Context, name string, child pulumi.ResourceOption) (*credentials, error) {
	made := &credentials{passwords: map[string]pulumi.StringOutput{}}
	var lines pulumi.StringArray
	for _, user := range users() {
		password, err := newPassword(ctx, name+"-"+user, child)
		if err != nil {
			return nil, err
		}
		salt, err := newPassword(ctx, name+"-"+user+"-salt", child)
		if err != nil {
			return nil, err
		}
		made.passwords[user] = password
		lines = append(lines, hashed(user, password, salt))
	}
	made.usersFile = lines.ToStringArrayOutput().ApplyT(func(lines []string) string { return strings.Join(lines, "") }).(pulumi.StringOutput)

	secret, err := newPassword(ctx, name+"-kibana-token", child)
	if err != nil {
		return nil, err
	}
	salt, err := newPassword(ctx, name+"-kibana-token-salt", child)
	if err != nil {
		return nil, err
	}
	made.tokensFile = hashed(kibanaAccount, secret, salt)
	made.kibanaToken = secret.ApplyT(func(secret string) string { return serviceToken(kibanaAccount, secret) }).(pulumi.StringOutput)
	for i, purpose := range []string{"sessions", "objects", "reports"} {
		if made.kibanaKeys[i], err = newPassword(ctx, name+"-kibana-"+purpose, child); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// newPassword makes 40 letters and digits: 238 bits, which need no escaping anywhere. Salts are made the same way, and kept: a new one
// at each run would change the files.
func newPassword(ctx *pulumi.Context, name string, child pulumi.ResourceOption) (pulumi.StringOutput, error) {
	password, err := random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{Length: pulumi.Int(40), Special: pulumi.Bool(false)}, child)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return password.Result, nil
}

// hashed is a line of the files users and service_tokens.
func hashed(name string, password, salt pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.All(password, salt).ApplyT(func(values []any) (string, error) {
		salt := sha256.Sum256([]byte(values[1].(string)))
		hash, err := stretchedHash(values[0].(string), salt[:])
		return name + ":" + hash + "\n", err
	}).(pulumi.StringOutput)
}

// rounds is what Elasticsearch itself uses for the algorithm; it knows few other numbers (Hasher.java).
const rounds = 10000

// stretchedHash is Elasticsearch's PBKDF2_STRETCH: PBKDF2 with HMAC-SHA-512 over the hexadecimal SHA-512 of the password. It takes 32
// bytes of salt.
func stretchedHash(password string, salt []byte) (string, error) {
	digest := sha512.Sum512([]byte(password))
	key, err := pbkdf2.Key(sha512.New, hex.EncodeToString(digest[:]), salt, rounds, 32)
	if err != nil {
		return "", fmt.Errorf("password hash: %w", err)
	}
	return fmt.Sprintf("{PBKDF2_STRETCH}%d$%s$%s", rounds, base64.StdEncoding.EncodeToString(salt), base64.StdEncoding.EncodeToString(key)), nil
}

// serviceToken is what a service account shows to Elasticsearch: a version, the account with the token's name, and the secret.
func serviceToken(account, secret string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00\x01\x00\x01" + account + ":" + secret))
}
