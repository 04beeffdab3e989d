// Command tacet reads call transcripts and logs from Kafka, finds personal data in them, pseudonymises it, and writes
// minimised records to sinks.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(execute(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
