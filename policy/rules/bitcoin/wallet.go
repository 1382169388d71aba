package bitcoin

import (
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var walletName = regexp.MustCompile(`(?i)(wallet|seed|mnemonic)`)

// walletSecrets returns the Secrets that hold the password of a wallet or its seed: lnd's own by their names or keys, and whatever
// lnd reads its password from.
func walletSecrets(s pack.Stack) []pack.Resource {
	var found []pack.Resource
	for _, secret := range s.All(pack.Kinds("Secret")) {
		reads := func(w workload) bool {
			return slices.ContainsFunc(w.passwordVolumes(s), func(volume string) bool { return w.isSecret(volume, secret) })
		}
		if secret.Label(nameLabel).Is(string(lnd)) && namesWallet(secret) || slices.ContainsFunc(lnd.near(s, secret.Namespace()), reads) {
			found = append(found, secret)
		}
	}
	return found
}

func namesWallet(secret pack.Resource) bool {
	keys := func(list pack.Value) bool { return slices.ContainsFunc(list.Keys(), walletName.MatchString) }
	return secret.At("metadata", "name").Matches(walletName) || keys(secret.At("data")) || keys(secret.At("stringData"))
}

// passwordVolumes returns the names of the volumes in which lnd finds its wallet's password.
func (w workload) passwordVolumes(s pack.Stack) []string {
	var volumes []string
	for _, file := range lnd.conf(s, w).all("wallet-unlock-password-file") {
		for _, c := range lnd.daemons(w.pod) {
			for _, mount := range c.At("volumeMounts").List() {
				path := strings.TrimSuffix(mount.At("mountPath").Text(), "/")
				if path != "" && (file == path || strings.HasPrefix(file, path+"/")) {
					volumes = append(volumes, mount.At("name").Text())
				}
			}
		}
	}
	return volumes
}

// isSecret tells whether the pod's volume of that name is the Secret.
func (w workload) isSecret(volume string, secret pack.Resource) bool {
	if !sameNamespace(w.about.Namespace(), secret.Namespace()) {
		return false
	}
	for _, v := range w.pod.Spec.At("volumes").List() {
		if v.At("name").Is(volume) && same(v.At("secret", "secretName"), secret.At("metadata", "name")) {
			return true
		}
	}
	return false
}
