package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
)

func newGenCommand() *cobra.Command {
	var calls int
	var seed uint64
	var split, names string
	var langs []string
	cmd := &cobra.Command{
		Use:   "gen",
		Short: "Invent calls and say where personal data stands in them",
		Long: `Gen writes labelled calls, typed chats and documents, one JSON object a line, as eval reads them:

  {"id":"dev-5fa9c1-1","lang":"en","channel":"call","turns":[{"role":"agent","text":"mobile"},{"role":"customer","text":"oh double seven"}],
   "entities":[{"type":"PHONE","turn":1,"start":0,"end":15,"value":"077","spoken":true,"kind":"bare","tags":["bare","spoken"]}]}

The same seed gives the same rows. The three splits (train, dev, test) share no scene, no name and no seed: what was learnt or chosen on
one can be measured on another. Nobody in them exists.

With --names, names also come from given-names.tsv, surnames.tsv and places.tsv of a folder: a word, a tab, and how frequent it is, from
1 to 3, a line. Languages: ` + strings.Join(traffic.DialogueLangs(), ", ") + `. One that is named twice comes twice as often.`,
		Example: `  tacet gen --calls 10000 --split dev > rows.jsonl
  tacet gen --calls 500 --seed 7 --lang en,en,hi,de | tacet detect`,
		Args: noArgs,
	}
	flags := cmd.Flags()
	flags.IntVar(&calls, "calls", 100, "how many to write")
	flags.Uint64Var(&seed, "seed", 1, "where chance begins")
	flags.StringVar(&split, "split", "train", "train, dev or test")
	flags.StringSliceVar(&langs, "lang", []string{"en"}, "languages")
	flags.StringVar(&names, "names", "", "`FOLDER` of lists of names")
	_ = cmd.MarkFlagDirname("names")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if calls < 0 {
			return usageError(cmd, errors.New("--calls is below 0"))
		}
		of, err := traffic.ParseSplit(split)
		if err != nil {
			return usageError(cmd, err)
		}
		for _, lang := range langs {
			if !slices.Contains(traffic.DialogueLangs(), lang) {
				return usageError(cmd, fmt.Errorf("unknown language %q: must be one of %s", lang, strings.Join(traffic.DialogueLangs(), ", ")))
			}
		}
		o := traffic.DialogueOptions{Langs: langs}
		if names != "" {
			if o.Names, err = traffic.ReadNameLists(names); err != nil {
				return err
			}
		}
		return writeDialogues(cmd, calls, seed, of, o)
	}
	return cmd
}

// writeDialogues writes the first n dialogues of a sequence as rows.
func writeDialogues(cmd *cobra.Command, n int, seed uint64, split traffic.Split, o traffic.DialogueOptions) error {
	if n == 0 {
		return nil
	}
	out := bufio.NewWriterSize(cmd.OutOrStdout(), readBytes)
	rows := json.NewEncoder(out)
	rows.SetEscapeHTML(false)
	for d := range traffic.Dialogues(seed, split, o) {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := rows.Encode(d); err != nil {
			return fmt.Errorf("write rows: %w", err)
		}
		if n--; n == 0 {
			break
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}
