// Train makes the model of detectors/names: it assembles the training data, trains, chooses thresholds and writes the
// model's file. With -eval it prints the figures of the model on the labelled rows of TACET_DATA.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

type options struct {
	data, out, model string
	eval             bool
	preset           int
	only             string
	show             int
	texts            int
	corpora          float64 // weight of their sentences; 0 means 1
	unlabelled       string  // file
	folds, fold      int     // of the corpora, to compare ways of training by; the one that is held out
	small            bool    // few dialogues and sentences, for tests
	train            train.Options
}

// errNoData is of a run without the folder: only the small model of tests is made without one.
var errNoData = errors.New("set -data or TACET_DATA to the folder with the data")

func run(_ context.Context, args []string, stdout, stderr io.Writer) error {
	var o options
	f := flag.NewFlagSet("train", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.data, "data", dataFolder(), "folder with gazetteer, ner and eval")
	f.StringVar(&o.out, "out", "detectors/names/model.bin", "file to write the model to")
	f.StringVar(&o.model, "model", "", "do not train; evaluate this model")
	f.BoolVar(&o.eval, "eval", false, "print the figures on data/eval")
	f.IntVar(&o.preset, "preset", 0, "preset to evaluate: 0 balanced, 1 strict, 2 paranoid")
	f.StringVar(&o.only, "only", "", "sets to evaluate, comma-separated")
	f.IntVar(&o.show, "show", 0, "misses to print for each set")
	f.IntVar(&o.texts, "texts", 320000, "generated texts to train on")
	f.IntVar(&o.folds, "compare", 0, "write no model; train for so many folds of the corpora, print what is found in each that is held out")
	f.Uint64Var(&o.train.Seed, "seed", 1, "of everything random")
	f.IntVar(&o.train.Epochs, "epochs", 4, "times to go over the data")
	f.IntVar(&o.train.MinCount, "min-count", 4, "how often a word of the vocabulary occurs")
	f.Float64Var(&o.corpora, "corpora", 1, "how much more a sentence of the corpora weighs than a generated text")
	f.StringVar(&o.unlabelled, "unlabelled", "", "file with a text a line to learn from what is found in it")
	f.Float64Var(&o.train.DropWord, "drop-word", 0.3, "share of words dropped")
	f.Float64Var(&o.train.DropList, "drop-list", 0.2, "share of entities dropped from the lists")
	f.Float64Var(&o.train.DropContext, "drop-context", 0.5, "share of texts whose context is dropped")
	f.Float64Var(&o.train.Rate, "rate", 0.15, "of learning")
	f.Float64Var(&o.train.Decay, "decay", 1e-5, "of weights")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.data == "" {
		return errNoData
	}
	o.train.Log = stderr
	if o.model != "" {
		file, err := os.ReadFile(o.model)
		if err != nil {
			return fmt.Errorf("read model: %w", err)
		}
		m, err := names.Read(file)
		if err != nil {
			return err
		}
		return evaluate(stdout, o.data, m, names.Preset(o.preset), o.only, o.show)
	}
	if o.folds > 0 {
		return compare(&o, stdout, stderr)
	}
	file, err := build(&o, stderr)
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.out, file, 0o644); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if !o.eval {
		return nil
	}
	m, err := names.Read(file)
	if err != nil {
		return err
	}
	return evaluate(stdout, o.data, m, names.Preset(o.preset), o.only, o.show)
}

// dataFolder is where the data is, as the tests find it.
func dataFolder() string {
	if d := os.Getenv("TACET_DATA"); d != "" {
		return d
	}
	return "../shared/data"
}

// build trains a model and gives its file.
func build(o *options, log io.Writer) ([]byte, error) {
	start := time.Now()
	t, err := readTexts(o.data)
	if err != nil {
		return nil, err
	}
	training, dev, err := assemble(o, t)
	if err != nil {
		return nil, err
	}
	listed, counts := t.listed()
	fmt.Fprintf(log, "%d texts, %d for development, %d listed words %v, after %v\n", len(training), len(dev), len(listed), counts, time.Since(start).Round(time.Second))
	o.train.Frequent = t.frequent()
	p, err := learn(o, training, listed, log)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "trained on %d tokens, %d words, after %v\n", p.Manifest.Tokens, p.Manifest.Words, time.Since(start).Round(time.Second))
	p.Manifest.Listed = counts
	if p.Manifest.Data, err = fingerprints(o.data); err != nil {
		return nil, err
	}
	if o.data != "" {
		if p.Manifest.Data["recipe"], err = recipe(); err != nil {
			return nil, err
		}
	}
	if o.unlabelled != "" {
		b, err := os.ReadFile(o.unlabelled)
		if err != nil {
			return nil, fmt.Errorf("read texts without labels: %w", err)
		}
		p.Manifest.Data["unlabelled"] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	if err := calibrate(p, dev, log); err != nil {
		return nil, err
	}
	file, err := p.Encode()
	fmt.Fprintf(log, "%d bytes, after %v\n", len(file), time.Since(start).Round(time.Second))
	return file, err
}
