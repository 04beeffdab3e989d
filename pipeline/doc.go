// Package pipeline is the vocabulary that sources and sinks share, and the engine between them: batches of records in, one lane
// for each partition; decoded, minimised, searched for personal data and rewritten by workers; out to every sink in the lane's
// order; acknowledged, so that the source may commit.
//
// A program makes an Engine from a Config and hands it a Source:
//
//	e, err := pipeline.New(config)
//	…
//	err = e.Run(ctx, source)
//
// The promises: nothing forbidden leaves (records that can't be read go to quarantine, not on), nothing is lost (only what every sink
// or quarantine acknowledged is committed), records of one partition keep their order. The README says how each is kept.
package pipeline
