package drills

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// magic begins each block in a block file of chain regtest (pchMessageStart in kernel/chainparams.cpp of Bitcoin Core).
var magic = []byte{0xfa, 0xbf, 0xb5, 0xda}

// blocksOf reads the blocks of a folder's first block file, the one of the first 128 MiB: magic, size and block, one after the other,
// all of it combined with the eight bytes of xor.dat.
func blocksOf(folder string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(folder, "blk00000.dat"))
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(filepath.Join(folder, "xor.dat"))
	if err != nil {
		return nil, err
	}
	for i := range data {
		data[i] ^= key[i%len(key)]
	}
	var blocks []string
	for len(data) > 8 && bytes.HasPrefix(data, magic) {
		size := binary.LittleEndian.Uint32(data[4:8])
		if int(size) > len(data)-8 {
			return nil, fmt.Errorf("block %d has %d bytes, want at most %d", len(blocks), size, len(data)-8)
		}
		blocks = append(blocks, hex.EncodeToString(data[8:8+size]))
		data = data[8+size:]
	}
	return blocks, nil
}

// submit gives bitcoind blocks, as a peer does. Those that it has already it takes for duplicates.
func (s *stage) submit(t *testing.T, blocks []string) {
	t.Helper()
	const atOnce = 40
	for begin := 0; begin < len(blocks); begin += atOnce {
		script := `for block in "$@"; do bitcoin-cli -datadir=/home/bitcoin/.bitcoin -chain=regtest -rpcport=18443 submitblock "$block"; done`
		words := append([]string{"sh", "-c", script, "submit"}, blocks[begin:min(begin+atOnce, len(blocks))]...)
		out, err := s.Exec(t.Context(), namespace, "bitcoind-0", "bitcoind", words...)
		require.NoError(t, err)
		// Anything else than these is a reason for which a block was refused (BIP 22).
		for line := range strings.Lines(out) {
			require.Contains(t, []string{"", "duplicate", "inconclusive", "duplicate-inconclusive"}, strings.TrimSpace(line))
		}
	}
}

var loaded = regexp.MustCompile(`Loaded best chain: .*height=([0-9]+)`)

// loadedHeight is the height at which bitcoind began, or the one before it.
func (s *stage) loadedHeight(t *testing.T, previous bool) int {
	t.Helper()
	out := s.kubectl(t, "logs", "--namespace", namespace, "bitcoind-0", "--container", "bitcoind", "--previous="+strconv.FormatBool(previous))
	found := loaded.FindStringSubmatch(out)
	require.NotNil(t, found, "bitcoind has not said its height: %s", strings.Join(strings.Split(out, "\n")[:1], ""))
	height, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	return height
}
