package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// checkLog reads all of a log: its checkpoint, every tile that its size asks for, every entry.
func checkLog(dir, vkey string) error {
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	head, err := openCheckpoint(signed, vkey, nil)
	if err != nil {
		return err
	}
	files := tiles{dir}
	if err := files.widths(); err != nil {
		return err
	}
	stored, err := rebuild(files, head.tree.N)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(head.tree.N, stored)
	if head.tree.N > 0 && (err != nil || root != head.tree.Hash) {
		return fmt.Errorf("entries hash to %v, checkpoint says %v: %v", root, head.tree.Hash, err)
	}
	count, err := compareTiles(files, head.tree.N, stored)
	if err != nil {
		return err
	}
	proved, err := proveEntries(files, head.tree, stored)
	if err != nil {
		return err
	}
	fmt.Printf("ok: %d entries, %d tiles, %d inclusion proofs\n", head.tree.N, count, proved)
	return nil
}

// hashes is x/mod's storage of all hashes of a tree, in memory.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(h)) {
			return nil, errors.New("no such hash")
		}
		found[i] = h[index]
	}
	return found, nil
}

func rebuild(files tiles, size int64) (hashes, error) {
	var stored hashes
	for start := int64(0); start < size; start += tileWidth {
		width := size - start
		if width > tileWidth {
			width = tileWidth
		}
		entries, err := files.bundle(start/tileWidth, int(width))
		if err != nil {
			return nil, err
		}
		for i, entry := range entries {
			more, err := tlog.StoredHashes(start+int64(i), entry, stored)
			if err != nil {
				return nil, err
			}
			stored = append(stored, more...)
		}
	}
	return stored, nil
}

// compareTiles checks each tile that the size asks for against the hashes of the entries.
func compareTiles(files tiles, size int64, stored hashes) (int, error) {
	wanted := shape(size)
	for _, tile := range wanted {
		level, index, width := int(tile[0]), tile[1], int(tile[2])
		data, err := files.read(level, index, width, width*tlog.HashSize)
		if err != nil {
			return 0, err
		}
		for i := 0; i < width; i++ {
			at := tlog.StoredHashIndex(level*tileHeight, index*tileWidth+int64(i))
			if string(stored[at][:]) != string(data[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
				return 0, fmt.Errorf("%s differs at hash %d", tilePath(level, index, width), i)
			}
		}
	}
	return len(wanted), nil
}

// proveEntries makes inclusion proofs from the tiles alone and checks them.
func proveEntries(files tiles, tree tlog.Tree, stored hashes) (int, error) {
	reader := tlog.TileHashReader(tree, files)
	proved := 0
	for _, index := range samples(tree.N) {
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return proved, err
		}
		leaf := stored[tlog.StoredHashIndex(0, index)]
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
			return proved, err
		}
		proved++
	}
	return proved, nil
}

func samples(size int64) []int64 {
	var found []int64
	step := size/40 + 1
	for index := int64(0); index < size; index += step {
		found = append(found, index)
	}
	if size > 0 {
		found = append(found, size-1)
	}
	return found
}

// checkGrown proves from the tiles that an older checkpoint is a prefix of the log.
func checkGrown(dir, vkey, oldPath string) error {
	var heads [2]checkpoint
	for i, path := range []string{oldPath, filepath.Join(dir, "checkpoint")} {
		signed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if heads[i], err = openCheckpoint(signed, vkey, nil); err != nil {
			return err
		}
	}
	before, after := heads[0].tree, heads[1].tree
	if before.N > after.N {
		return fmt.Errorf("the log shrank from %d to %d", before.N, after.N)
	}
	if before.N > 0 { // x/mod proves nothing about the empty tree
		reader := tlog.TileHashReader(after, tiles{dir})
		proof, err := tlog.ProveTree(after.N, before.N, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, after.N, after.Hash, before.N, before.Hash); err != nil {
			return err
		}
	}
	fmt.Printf("ok: %d is a prefix of %d\n", before.N, after.N)
	return nil
}

// checkProofs checks proofs that the log made, one a line:
//
//	inclusion INDEX SIZE LEAFHASH ROOT [HASH...]
//	consistency OLD NEW OLDROOT NEWROOT [HASH...]
func checkProofs(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	for number, line := range lines {
		if err := checkProof(strings.Fields(line)); err != nil {
			return fmt.Errorf("line %d: %v", number+1, err)
		}
	}
	fmt.Printf("ok: %d proofs\n", len(lines))
	return nil
}

func checkProof(words []string) error {
	if len(words) < 5 {
		return errors.New("too few words")
	}
	first, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	second, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return err
	}
	found, err := decodeHashes(words[3:])
	if err != nil {
		return err
	}
	switch words[0] {
	case "inclusion":
		return tlog.CheckRecord(found[2:], second, found[1], first, found[0])
	case "consistency":
		return tlog.CheckTree(found[2:], second, found[1], first, found[0])
	}
	return errors.New("unknown kind of proof")
}

func decodeHashes(words []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(words))
	for i, word := range words {
		data, err := base64.StdEncoding.Strict().DecodeString(word)
		if err != nil || len(data) != tlog.HashSize {
			return nil, errors.New("malformed hash")
		}
		copy(found[i][:], data)
	}
	return found, nil
}

// checkReceipt verifies a tlog-proof: the log's signature, every named cosigner, inclusion.
func checkReceipt(entryPath, proofPath, vkey string, witnesses []string) error {
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(data), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof@v1")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index line")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || fmt.Sprintf("index %d", index) != lines[0] {
		return errors.New("malformed index")
	}
	found, err := decodeHashes(lines[1:])
	if err != nil {
		return err
	}
	head, err := openCheckpoint([]byte(parts[1]), vkey, witnesses)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(found, head.tree.N, head.tree.Hash, index, leaf); err != nil {
		return err
	}
	fmt.Printf("ok: entry %d of %d, %d cosignatures\n", index, head.tree.N, len(witnesses))
	return nil
}
