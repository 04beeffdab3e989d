// Package audit is a log that shows when it was tampered with: lines of JSON, each with the hash of the one before, under a Merkle
// tree whose root is signed every few seconds and given to a witness. Verify names the first entry that is not as it was.
//
// It knows nothing of records and policies. Who appends an entry sees to it that no value stands in it.
package audit
