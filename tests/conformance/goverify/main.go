// Command goverify checks a transparency log and its receipts. It knows only the C2SP specs
// (tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature, tlog-proof) and shares no code
// with the program that wrote them: trees and notes are golang.org/x/mod's.
//
//	goverify log DIR VKEY                  every tile, bundle and entry of a log in a directory
//	goverify grown DIR VKEY OLDCHECKPOINT  an older checkpoint is a prefix of the log in DIR
//	goverify proofs FILE                   inclusion and consistency proofs, one a line
//	goverify receipt ENTRY PROOF VKEY [WITNESSVKEY...]
//	                                       a receipt, cosigned by every witness that is named
//
// It prints one line and exits 0 if all holds, 1 if something does not, 2 if used wrongly.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Printf("FAIL: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "log":
		return checkLog(args[1], args[2])
	case len(args) == 4 && args[0] == "grown":
		return checkGrown(args[1], args[2], args[3])
	case len(args) == 2 && args[0] == "proofs":
		return checkProofs(args[1])
	case len(args) >= 4 && args[0] == "receipt":
		return checkReceipt(args[1], args[2], args[3], args[4:])
	}
	fmt.Println("usage: goverify log|grown|proofs|receipt ... (see main.go)")
	os.Exit(2)
	return nil
}
