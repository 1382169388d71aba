package random

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

const (
	passwordType = "random:index/randomPassword:RandomPassword"
	bytesType    = "random:index/randomBytes:RandomBytes"
	idType       = "random:index/randomId:RandomId"
	stringType   = "random:index/randomString:RandomString"
)

func urn(typ string) string { return "urn:pulumi:test::satkube::" + typ + "::secret" }

func props(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(m), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(t, err)
	return s
}

func create(t *testing.T, typ string, in map[string]any) (string, resource.PropertyMap) {
	t.Helper()
	srv := New(standin.Provider{Cloud: standin.OpenCloud(t.TempDir())}).Server()
	checked, err := srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn(typ), News: props(t, in)})
	require.NoError(t, err)
	require.Empty(t, checked.Failures)
	made, err := srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(typ), Properties: checked.Inputs})
	require.NoError(t, err)
	out, err := plugin.UnmarshalProperties(made.Properties, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	return made.Id, out
}

func secret(t *testing.T, v resource.PropertyValue) string {
	t.Helper()
	require.True(t, v.IsSecret())
	return v.SecretValue().Element.StringValue()
}

func TestPassword_IsSecretAndNotInTheID(t *testing.T) {
	id, out := create(t, passwordType, map[string]any{"length": 24})
	require.Equal(t, "none", id)
	password := secret(t, out["result"])
	require.Len(t, password, 24)
	require.NoError(t, bcrypt.CompareHashAndPassword([]byte(secret(t, out["bcryptHash"])), []byte(password)))
	_, other := create(t, passwordType, map[string]any{"length": 24})
	require.NotEqual(t, password, secret(t, other["result"]))
}

func TestPassword_HonoursItsAlphabets(t *testing.T) {
	stranger := func(s, chars string) int {
		return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(chars, r) })
	}
	for name, test := range map[string]struct {
		in    map[string]any
		chars string
	}{
		"digits only":     {map[string]any{"length": 40, "lower": false, "upper": false, "special": false}, "0123456789"},
		"lower only":      {map[string]any{"length": 40, "numeric": false, "upper": false, "special": false}, "abcdefghijklmnopqrstuvwxyz"},
		"old digits name": {map[string]any{"length": 40, "number": false, "lower": false, "special": false}, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		"own specials": {
			map[string]any{"length": 40, "numeric": false, "lower": false, "upper": false, "overrideSpecial": "-_"}, "-_",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, out := create(t, passwordType, test.in)
			require.Equal(t, -1, stranger(secret(t, out["result"]), test.chars))
		})
	}
	_, out := create(t, passwordType, map[string]any{"length": 8, "minNumeric": 3, "minSpecial": 2, "minUpper": 2, "minLower": 1, "overrideSpecial": "~"})
	s := secret(t, out["result"])
	digits, special := 0, strings.Count(s, "~")
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	require.Equal(t, 3, digits)
	require.Equal(t, 2, special)
}

func TestCheck_RefusesWhatCannotBeDrawn(t *testing.T) {
	srv := New(standin.Provider{Cloud: standin.OpenCloud(t.TempDir())}).Server()
	for name, test := range map[string]struct {
		typ  string
		in   map[string]any
		want string
	}{
		"no length":   {passwordType, nil, "missing required property length"},
		"zero length": {passwordType, map[string]any{"length": 0}, "want at least 1"},
		"too short":   {passwordType, map[string]any{"length": 3, "minLower": 4}, "want at least 4"},
		"no alphabet": {
			stringType, map[string]any{"length": 3, "lower": false, "upper": false, "numeric": false, "special": false}, "want one of them",
		},
		"no bytes": {bytesType, map[string]any{"length": 0}, "want at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn(test.typ), News: props(t, test.in)})
			require.NoError(t, err)
			require.NotEmpty(t, resp.Failures)
			require.Contains(t, resp.Failures[0].Reason, test.want)
		})
	}
}

func TestBytes_AreOneValueInTwoForms(t *testing.T) {
	id, out := create(t, bytesType, map[string]any{"length": 16})
	raw, err := base64.StdEncoding.DecodeString(secret(t, out["base64"]))
	require.NoError(t, err)
	require.Len(t, raw, 16)
	require.Equal(t, hex.EncodeToString(raw), secret(t, out["hex"]))
	require.Equal(t, secret(t, out["base64"]), id, "the genuine provider gives the value away in the id, and so do we")
}

func TestID_IsItsOwnValueWithoutThePrefix(t *testing.T) {
	id, out := create(t, idType, map[string]any{"byteLength": 8, "prefix": "node-"})
	require.Equal(t, "node-"+id, out["b64Url"].StringValue())
	require.Regexp(t, `^node-[0-9a-f]{16}$`, out["hex"].StringValue())
	require.Regexp(t, `^node-[0-9]+$`, out["dec"].StringValue())
}

func TestKeepers_ReplaceTheValue(t *testing.T) {
	srv := New(standin.Provider{Cloud: standin.OpenCloud(t.TempDir())}).Server()
	resp, err := srv.Diff(context.Background(), &pulumirpc.DiffRequest{
		Urn: urn(passwordType), OldInputs: props(t, map[string]any{"length": 8, "keepers": map[string]any{"a": "1"}}),
		News: props(t, map[string]any{"length": 8, "keepers": map[string]any{"a": "2"}}),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"keepers.a"}, resp.Replaces)
}
