// fsck DIR - judges an audit log with Tessera's own check (github.com/transparency-dev/tessera/fsck): the
// checkpoint's signature, the root and all tiles derived again from the entry bundles. The package is called
// because the program of these versions says `fsck failed` and exits with 0. Exit 1: it does not hold.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

func must(err error) {
	if err != nil {
		fmt.Println("fsck:", err)
		os.Exit(1)
	}
}

func hashes(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, entry := range b.Entries {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return out, nil
}

func main() {
	label, err := os.ReadFile(filepath.Join(os.Args[1], "LOG"))
	must(err)
	vkey := ""
	for _, line := range strings.Split(string(label), "\n") {
		if rest, ok := strings.CutPrefix(line, "vkey "); ok {
			vkey = rest
		}
	}
	verifier, err := note.NewVerifier(vkey)
	must(err)
	// A worker ends at the first tile that is wrong, and this version waits for ever when none is left to read
	// on: as many as there are tiles in the logs that are judged here.
	from := &client.FileFetcher{Root: os.Args[1]}
	must(fsck.New(verifier.Name(), verifier, from, hashes, fsck.Opts{N: 1024}).Check(context.Background()))
	fmt.Println("fsck: ok")
}
