package config

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

const wantTower = "PUBKEY@HOST:PORT, with a compressed public key of 66 hex digits"

var (
	towerKey = regexp.MustCompile(`^0[23][0-9a-fA-F]{64}$`)
	hostForm = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
)

// checkLightning checks one lnd.
func checkLightning(at string, l Lightning, network BitcoinNetwork, found *mistakes) {
	// Refused nodes[].lightning.alias: more than 32 bytes (the gossip protocol's field), characters that do not print, or a space at either end, which lnd's file of settings would drop.
	if len(l.Alias) > 32 || !printable(l.Alias) || strings.TrimSpace(l.Alias) != l.Alias {
		found.add(at+".alias", l.Alias, "at most 32 bytes of printable text, without a space at either end")
	}
	// Refused nodes[].lightning.storage: less than 20Gi on mainnet, or 1Gi elsewhere. A full disk corrupts the channel database.
	least := int64(gib)
	if network.Money {
		least = 20 * gib
	}
	if storage, ok := checkSize(at+".storage", l.Storage, found); ok && storage < least {
		found.add(at+".storage", l.Storage, "at least "+inGi(least)+": a full disk corrupts the channel database")
	}
	// Refused nodes[].lightning.memory: less than 512Mi; the graph of public channels is held in memory.
	if memory, ok := checkSize(at+".memory", l.Memory, found); ok && memory < 512*mib {
		found.add(at+".memory", l.Memory, "at least 512Mi")
	}
	// Refused nodes[].lightning.cpu: anything but a number of CPUs above 0 and at most 1024, such as 500m or 2.
	checkCPU(at+".cpu", l.CPU, found)
	// Refused nodes[].lightning.autopilot: true. It spends money on channels that nobody decided on.
	if l.Autopilot {
		found.add(at+".autopilot", true, "false: SatKube never lets lnd open channels by itself")
	}
	checkWatchtowers(at+".watchtowers", l.Watchtowers, found)
}

func checkWatchtowers(at string, towers []string, found *mistakes) {
	first := map[string]int{}
	for i, tower := range towers {
		path := fmt.Sprintf("%s[%d]", at, i)
		key, address, _ := strings.Cut(tower, "@")
		host, port, err := net.SplitHostPort(address)
		number, portErr := strconv.ParseUint(port, 10, 16)
		_, addrErr := netip.ParseAddr(host)
		known, taken := first[strings.ToLower(key)]
		switch {
		// Refused nodes[].lightning.watchtowers[]: anything but PUBKEY@HOST:PORT with a compressed public key (66 hex digits from 02 or 03).
		case !towerKey.MatchString(key) || err != nil || len(host) > 253 || addrErr != nil && !hostForm.MatchString(host):
			found.add(path, tower, wantTower)
		// Refused nodes[].lightning.watchtowers[]: a port other than 1 to 65535.
		case portErr != nil || number == 0:
			found.add(path, tower, "a port from 1 to 65535")
		// Refused nodes[].lightning.watchtowers[]: a public key that is listed twice; a second address adds no second tower.
		case taken:
			found.add(path, tower, fmt.Sprintf("another tower than watchtowers[%d]", known))
		default:
			first[strings.ToLower(key)] = i
		}
	}
}
