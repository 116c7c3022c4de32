// tlog DIR [PROOF...] - judges an audit log with golang.org/x/mod/sumdb: the note's signature, the root
// rebuilt from the entry bundles, each tile byte for byte; a receipt by CheckRecord, the proof of a growth by
// CheckTree, both from the entries. No tile is trusted. Exit 1: it does not hold.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("tlog:", err)
		os.Exit(1)
	}
}

func path(level string, index, width int64) string {
	n := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		n = fmt.Sprintf("x%03d/%s", index%1000, n)
	}
	if width < 256 {
		n += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join("tile", level, n)
}

// What a proof says: its number, its hashes, and the size and root of the checkpoint behind the blank line.
func readProof(text string) (receipt bool, at int64, hashes []tlog.Hash, size int64, root tlog.Hash) {
	head, note, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if receipt = lines[0] == "c2sp.org/tlog-proof@v1"; receipt {
		lines = lines[1:]
	}
	_, number, _ := strings.Cut(lines[0], " ")
	at, err := strconv.ParseInt(number, 10, 64)
	must(err)
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		must(err)
		hashes = append(hashes, h)
	}
	lines = strings.Split(note, "\n")
	size, err = strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err = tlog.ParseHash(lines[2])
	must(err)
	return
}

func judgeProof(text string, reader tlog.HashReader, newest int64) {
	receipt, at, hashes, size, root := readProof(text)
	if size > newest {
		must(fmt.Errorf("a proof of %d entries", size))
	}
	have, err := tlog.TreeHash(size, reader)
	must(err)
	if have != root {
		must(fmt.Errorf("a proof to a root that is not that of %d entries", size))
	}
	if receipt {
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
		must(err)
		must(tlog.CheckRecord(hashes, size, root, at, leaf[0]))
		return
	}
	old, err := tlog.TreeHash(at, reader)
	must(err)
	must(tlog.CheckTree(hashes, size, root, at, old))
}

func main() {
	var proofs []string
	for _, file := range os.Args[2:] {
		text, err := os.ReadFile(file)
		must(err)
		proofs = append(proofs, string(text))
	}
	must(os.Chdir(os.Args[1]))
	label, err := os.ReadFile("LOG")
	must(err)
	vkey := ""
	for _, line := range strings.Split(string(label), "\n") {
		if rest, ok := strings.CutPrefix(line, "vkey "); ok {
			vkey = rest
		}
	}
	verifier, err := note.NewVerifier(vkey)
	must(err)
	checkpoint, err := os.ReadFile("checkpoint")
	must(err)
	n, err := note.Open(checkpoint, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		must(fmt.Errorf("checkpoint of another log"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)

	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			if i >= int64(len(hashes)) {
				return nil, fmt.Errorf("hash %d is not stored", i)
			}
			out = append(out, hashes[i])
		}
		return out, nil
	})
	for at := int64(0); at < size; at += 256 {
		width := min(256, size-at)
		bundle, err := os.ReadFile(path("entries", at/256, width))
		must(err)
		for i := int64(0); i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(bundle[0])<<8+int(bundle[1]) {
				must(fmt.Errorf("short bundle at entry %d", at+i))
			}
			end := 2 + int(bundle[0])<<8 + int(bundle[1])
			more, err := tlog.StoredHashes(at+i, bundle[2:end], reader)
			must(err)
			hashes = append(hashes, more...)
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			must(fmt.Errorf("bytes behind the last entry of a bundle"))
		}
	}
	rebuilt, err := tlog.TreeHash(size, reader)
	must(err)
	if !bytes.Equal(rebuilt[:], root) {
		must(fmt.Errorf("the entries do not give the signed root"))
	}
	tiles := 0
	for level, count := 0, size; count > 0; level, count = level+1, count/256 {
		for index := int64(0); index*256 < count; index++ {
			width := min(256, count-index*256)
			want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: index, W: int(width)}, reader)
			must(err)
			have, err := os.ReadFile(path(strconv.Itoa(level), index, width))
			must(err)
			if !bytes.Equal(want, have) {
				must(fmt.Errorf("tile %d/%d is not that of the entries", level, index))
			}
			tiles++
		}
	}
	for _, text := range proofs {
		judgeProof(text, reader, size)
	}
	fmt.Printf("tlog: ok, %d entries, %d tiles, %d proofs\n", size, tiles, len(proofs))
}
