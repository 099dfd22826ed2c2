package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is the text of a C2SP checkpoint. x/mod's tlog.ParseTree reads go.sum trees only.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] == "" {
		return checkpoint{}, errors.New("checkpoint is not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, errors.New("checkpoint size is malformed")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return checkpoint{}, errors.New("checkpoint root is malformed")
	}
	found := checkpoint{origin: lines[0], tree: tlog.Tree{N: size}}
	copy(found.tree.Hash[:], root)
	if size == 0 && found.tree.Hash != tlog.Hash(sha256.Sum256(nil)) {
		return checkpoint{}, errors.New("empty checkpoint has another root")
	}
	return found, nil
}

// openCheckpoint verifies a signed checkpoint by the log's key and by every cosigner's key.
func openCheckpoint(signed []byte, logKey string, witnesses []string) (checkpoint, error) {
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return checkpoint{}, err
	}
	known := []note.Verifier{log}
	for _, vkey := range witnesses {
		cosigner, err := newCosigner(vkey)
		if err != nil {
			return checkpoint{}, err
		}
		known = append(known, cosigner)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return checkpoint{}, err
	}
	if len(opened.Sigs) != len(known) {
		return checkpoint{}, fmt.Errorf("%d of %d keys signed", len(opened.Sigs), len(known))
	}
	found, err := parseCheckpoint(opened.Text)
	if err == nil && found.origin != log.Name() {
		err = fmt.Errorf("origin %q is not the key's %q", found.origin, log.Name())
	}
	return found, err
}

// cosigner verifies cosignatures. x/mod's note.NewVerifier knows plain Ed25519 (type 1) only.
type cosigner struct {
	name   string
	id     uint32
	verify func(text, payload []byte) bool
}

func (c cosigner) Name() string                { return c.name }
func (c cosigner) KeyHash() uint32             { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool { return c.verify(msg, sig) }

const (
	typeCosignature = 0x04
	typeMLDSA44     = 0x06
)

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed vkey")
	}
	id, err := hex.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(key)))
	if !bytes.Equal(sum[:4], id) {
		return nil, errors.New("vkey has another key's ID")
	}
	found := cosigner{name: parts[0], id: binary.BigEndian.Uint32(id)}
	switch {
	case len(key) == 33 && key[0] == typeCosignature:
		found.verify = func(text, payload []byte) bool { return verifyV1(key[1:], text, payload) }
	case len(key) == 1313 && key[0] == typeMLDSA44 && verifyMLDSA44 != nil:
		found.verify = func(text, payload []byte) bool {
			return verifySubtree(key[1:], found.name, text, payload)
		}
	default:
		return nil, errors.New("this build knows no such cosigner's key")
	}
	return found, nil
}

func verifyV1(key, text, payload []byte) bool {
	if len(payload) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(payload)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return ed25519.Verify(key, []byte(message), payload[8:])
}

// verifyMLDSA44 is set by builds with a Go that has crypto/mldsa (see mldsa.go).
var verifyMLDSA44 func(key, message, signature []byte) bool

func verifySubtree(key []byte, name string, text, payload []byte) bool {
	head, err := parseCheckpoint(string(text))
	if err != nil || len(payload) != 8+2420 || len(name) > 255 || len(head.origin) > 255 {
		return false
	}
	var message bytes.Buffer
	message.WriteString("subtree/v1\n\x00")
	message.WriteByte(byte(len(name)))
	message.WriteString(name)
	message.Write(payload[:8])
	message.WriteByte(byte(len(head.origin)))
	message.WriteString(head.origin)
	var bounds [16]byte
	binary.BigEndian.PutUint64(bounds[8:], uint64(head.tree.N))
	message.Write(bounds[:])
	message.Write(head.tree.Hash[:])
	return verifyMLDSA44(key, message.Bytes(), payload[8:])
}
