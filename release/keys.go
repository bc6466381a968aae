package release

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/crypto/ssh"

	"github.com/koshin-updater/koshin/release/internal/durable"
)

// Keys is the key folder. It reads a key when it is first needed and asks for
// the passphrase at most once. The zero Keys has no key.
type Keys struct {
	// Dir is the folder that holds the key files.
	Dir string
	// Passphrase is asked when a protected key is met or made. Nil means that
	// there is none: new keys are written plain and protected ones refused.
	// A product's key is protected if the keys that delegate to it are.
	Passphrase func() ([]byte, error)
	// Unprotected, when set, is told the path of each plain key that is made
	// or used, so that the program can warn.
	Unprotected func(path string)

	passphrase []byte
	asked      bool
	plain      bool // a key without passphrase was met
	loaded     map[string]*key
}

// maxKeyFile is far above an OpenSSH ed25519 key (under 1 KiB).
const maxKeyFile = 16 << 10

// key is one private key and the name TUF knows it by.
type key struct {
	name    string // of its file
	private ed25519.PrivateKey
	public  *metadata.Key
	id      string
	stored  bool
}

func newKey(name string, private ed25519.PrivateKey) (*key, error) {
	public, err := metadata.KeyFromPublicKey(private.Public())
	if err != nil {
		return nil, err
	}
	id, err := public.ID()
	if err != nil {
		return nil, err
	}
	return &key{name: name, private: private, public: public, id: id}, nil
}

func generateKey(name string) (*key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return newKey(name, private)
}

func (k *Keys) path(name string) string { return filepath.Join(k.Dir, name) }

// load reads a key file. Not there: [ErrKeyMissing].
func (k *Keys) load(name string) (*key, error) {
	if have := k.loaded[name]; have != nil {
		return have, nil
	}
	data, err := durable.ReadFile(k.path(name), maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrKeyMissing, k.path(name))
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	raw, err := k.decrypt(name, data)
	if err != nil {
		return nil, err
	}
	private, ok := raw.(*ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: %s holds a %T", ErrKeyFile, k.path(name), raw)
	}
	loaded, err := newKey(name, *private)
	if err != nil {
		return nil, err
	}
	loaded.stored = true
	k.keep(loaded)
	return loaded, nil
}

// publicIDs names the keys in the folder, without a passphrase: an OpenSSH file
// holds its public half in the open. Nil where no folder was given.
func (k *Keys) publicIDs() (map[string]bool, error) {
	if k.Dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(k.Dir)
	if err != nil {
		return nil, fmt.Errorf("read key folder: %w", err)
	}
	ids := map[string]bool{}
	for _, e := range entries {
		data, err := durable.ReadFile(k.path(e.Name()), maxKeyFile)
		if err != nil {
			continue // no key, whatever it is
		}
		if id := publicID(data); id != "" {
			ids[id] = true
		}
	}
	return ids, nil
}

// publicID is the name of a key file's key; "" where it is none.
func publicID(data []byte) string {
	raw, err := ssh.ParseRawPrivateKey(data)
	var public crypto.PublicKey
	if protected, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok && protected.PublicKey != nil {
		if half, ok := protected.PublicKey.(ssh.CryptoPublicKey); ok {
			public = half.CryptoPublicKey()
		}
	} else if private, ok := raw.(*ed25519.PrivateKey); ok {
		public = private.Public()
	}
	if _, ok := public.(ed25519.PublicKey); !ok {
		return ""
	}
	one, err := metadata.KeyFromPublicKey(public)
	if err != nil {
		return ""
	}
	id, err := one.ID()
	if err != nil {
		return ""
	}
	return id
}

func (k *Keys) decrypt(name string, data []byte) (any, error) {
	raw, err := ssh.ParseRawPrivateKey(data)
	if err == nil {
		k.plain = true
		k.warn(name)
		return raw, nil
	}
	if _, protected := errors.AsType[*ssh.PassphraseMissingError](err); !protected {
		return nil, fmt.Errorf("%w: %s: %w", ErrKeyFile, k.path(name), err)
	}
	passphrase, err := k.ask()
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", k.path(name), err)
	}
	if len(passphrase) == 0 {
		return nil, fmt.Errorf("%w: %s is protected, and no passphrase was given", ErrPassphrase, k.path(name))
	}
	raw, err = ssh.ParseRawPrivateKeyWithPassphrase(data, passphrase)
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, fmt.Errorf("%w: %s", ErrPassphrase, k.path(name))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrKeyFile, k.path(name), err)
	}
	return raw, nil
}

func (k *Keys) keep(one *key) {
	if k.loaded == nil {
		k.loaded = map[string]*key{}
	}
	k.loaded[one.name] = one
}

// ask returns the passphrase, asking for it the first time only.
func (k *Keys) ask() ([]byte, error) {
	if k.asked || k.Passphrase == nil {
		return k.passphrase, nil
	}
	passphrase, err := k.Passphrase()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	k.passphrase, k.asked = passphrase, true
	return passphrase, nil
}

func (k *Keys) warn(name string) {
	if k.Unprotected != nil {
		k.Unprotected(k.path(name))
	}
}

// create makes a new key in memory, or loads the one that an interrupted
// command left. [Keys.store] writes it.
func (k *Keys) create(name string) (*key, error) {
	switch have, err := k.load(name); {
	case err == nil:
		return have, nil
	case !errors.Is(err, ErrKeyMissing):
		return nil, err
	}
	made, err := generateKey(name)
	if err != nil {
		return nil, fmt.Errorf("make key %s: %w", name, err)
	}
	k.keep(made)
	return made, nil
}

// store writes the keys that are not on the disk yet, each readable by its
// owner only, and returns what takes them away again.
func (k *Keys) store(made ...*key) (undo func(), err error) {
	var written []string
	undo = func() {
		for _, path := range written {
			_ = os.Remove(path) // the change that needed the key did not happen
		}
	}
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return undo, fmt.Errorf("make key folder: %w", err)
	}
	for _, one := range made {
		if one.stored {
			continue
		}
		block, err := k.encrypt(one)
		if err != nil {
			return undo, fmt.Errorf("protect key %s: %w", one.name, err)
		}
		path := k.path(one.name)
		if err := durable.CreateFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			if errors.Is(err, fs.ErrExist) {
				err = fmt.Errorf("%w: %s", ErrExists, path)
			}
			return undo, fmt.Errorf("write key: %w", err)
		}
		written = append(written, path)
	}
	for _, one := range made {
		one.stored = true
	}
	return undo, nil
}

func (k *Keys) encrypt(one *key) (*pem.Block, error) {
	if k.Passphrase == nil || k.plain && !k.asked {
		k.warn(one.name)
		return ssh.MarshalPrivateKey(one.private, "koshin "+one.name)
	}
	passphrase, err := k.ask()
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(passphrase)) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrPassphrase)
	}
	return ssh.MarshalPrivateKeyWithPassphrase(one.private, "koshin "+one.name, passphrase)
}
