//go:build go1.27

package main

import "crypto/mldsa"

func init() {
	verifyMLDSA44 = func(key, message, signature []byte) bool {
		public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), key)
		return err == nil && mldsa.Verify(public, message, signature, nil) == nil
	}
}
