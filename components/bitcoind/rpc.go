package bitcoind

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Client is a program that calls bitcoind's RPC, under a user of its own that may call only the named methods.
type Client struct {
	// Name is the RPC user.
	Name string
	// Methods are the RPC methods that it may call.
	Methods []string
}

// cookieUser is the user that bitcoind makes for whoever can read its data directory: the probes, and an operator inside the pod.
const cookieUser = "__cookie__"

// lookAround are the methods of an operator inside the pod, the probes' among them. None of them changes anything.
func lookAround() []string {
	return []string{
		"getblockchaininfo", "getconnectioncount", "getindexinfo", "getmempoolinfo", "getnettotals", "getnetworkinfo",
		"getpeerinfo", "getrpcinfo", "getzmqnotifications", "help", "uptime",
	}
}

// mining are the methods that a network without miners needs on top.
func mining() []string {
	return []string{"generatetoaddress", "submitblock"}
}

// RPCAuth returns the value of bitcoind's rpcauth option: user:salt$hash, where hash is HMAC-SHA-256 of the password under the
// salt's text as key (share/rpcauth in Bitcoin Core). The salt is 16 bytes in hex.
func RPCAuth(user, salt, password string) string {
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write([]byte(password))
	return user + ":" + salt + "$" + hex.EncodeToString(mac.Sum(nil))
}

// whitelist returns the rpcwhitelist options. With one in force, a user without an entry may call nothing.
func whitelist(clients []Client) []string {
	var lines []string
	for _, client := range clients {
		methods := slices.Clone(client.Methods)
		slices.Sort(methods)
		lines = append(lines, fmt.Sprintf("rpcwhitelist=%s:%s", client.Name, strings.Join(slices.Compact(methods), ",")))
	}
	return lines
}
