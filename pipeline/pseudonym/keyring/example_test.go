package keyring_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

func Example() {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c := keyring.DefaultConfig()
	c.Path = filepath.Join(dir, "keys.db")
	if c.KEK, err = keyring.NewFileKEK([]byte("an example, not a key drawn at random")); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if err := keyring.Init(ctx, c); err != nil {
		fmt.Println(err)
		return
	}
	ring, err := keyring.Open(c)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ring.Close()
	if err := ring.Create(ctx, "acme"); err != nil {
		fmt.Println(err)
		return
	}
	keys, err := ring.Domain("acme", "sink/analytics")
	fmt.Println(keys, err)
	if err := ring.ShredTenant("acme"); err != nil {
		fmt.Println(err)
		return
	}
	_, err = ring.Domain("acme", "sink/analytics")
	fmt.Println(errors.Is(err, keyring.ErrShredded))
	// Output:
	// [key] <nil>
	// true
}
