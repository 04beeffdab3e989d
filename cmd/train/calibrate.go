package main

import (
	"io"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
)

func calibrate(p *names.Parameters, dev []train.Example, log io.Writer) error {
	for preset := range p.Biases {
		for s := range p.Biases[preset] {
			p.Biases[preset][s][names.Person] = int16(24 * preset)
		}
	}
	return nil
}
