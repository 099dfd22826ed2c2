package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tilePath is C2SP's; x/mod's Tile.Path puts the height first. Level -1 stands for entries.
func tilePath(level int, index int64, width int) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if width != tileWidth {
		name = fmt.Sprintf("%s.p/%d", name, width)
	}
	if level < 0 {
		return "tile/entries/" + name
	}
	return fmt.Sprintf("tile/%d/%s", level, name)
}

// shape lists the tiles that a tree of a size has, as {level, index, width}. x/mod's NewTiles
// also lists every partial width on the way there.
func shape(size int64) [][3]int64 {
	var found [][3]int64
	for level := int64(0); size > 0; level, size = level+1, size/tileWidth {
		for index := int64(0); index*tileWidth < size; index++ {
			width := size - index*tileWidth
			if width > tileWidth {
				width = tileWidth
			}
			found = append(found, [3]int64{level, index, width})
		}
	}
	return found
}

// tiles serves x/mod's TileHashReader, which checks each tile against the tree's root.
type tiles struct{ dir string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := t.read(tile.L, tile.N, tile.W, tile.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// read falls back from a partial tile to the full one, as tlog-tiles lets logs delete the first.
func (t tiles) read(level int, index int64, width, length int) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(t.dir, tilePath(level, index, width)))
	if errors.Is(err, fs.ErrNotExist) && width != tileWidth {
		data, err = os.ReadFile(filepath.Join(t.dir, tilePath(level, index, tileWidth)))
		if err == nil && len(data) != tileWidth*tlog.HashSize {
			return nil, errors.New("full tile has another size")
		}
		if err == nil {
			data = data[:length]
		}
	}
	if err == nil && len(data) != length {
		return nil, fmt.Errorf("%s has %d bytes", tilePath(level, index, width), len(data))
	}
	return data, err
}

func (t tiles) bundle(index int64, width int) ([][]byte, error) {
	data, err := os.ReadFile(filepath.Join(t.dir, tilePath(-1, index, width)))
	if errors.Is(err, fs.ErrNotExist) {
		data, err = os.ReadFile(filepath.Join(t.dir, tilePath(-1, index, tileWidth)))
	}
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("entry bundle ends inside an entry")
		}
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(entries) < width {
		return nil, fmt.Errorf("bundle %d has %d entries of %d", index, len(entries), width)
	}
	return entries[:width], nil
}

// widths refuses empty, overfull and oddly named tiles anywhere in the directory.
func (t tiles) widths() error {
	root := filepath.Join(t.dir, "tile")
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		width := int64(tileWidth)
		if strings.HasSuffix(filepath.Dir(path), ".p") {
			if _, err := fmt.Sscanf(filepath.Base(path), "%d", &width); err != nil {
				return err
			}
		}
		isBundle := strings.HasPrefix(path, filepath.Join(root, "entries"))
		if width < 1 || info.Size() == 0 || (!isBundle && info.Size() != width*tlog.HashSize) {
			return fmt.Errorf("%s has %d bytes", path, info.Size())
		}
		return nil
	})
}
