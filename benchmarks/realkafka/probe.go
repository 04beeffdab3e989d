package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A Metadata request, version 1, for no topics: the smallest question whose answer shows that a broker has joined its
// cluster. Written by hand because it is thirty bytes and a client library would retry and cache.
const (
	metadataKey     = 3
	metadataVersion = 1
	probeTimeout    = 2 * time.Second
	answerMax       = 64 << 10
)

// liveBrokers asks the broker at address which brokers of the cluster can be used and gives their node ids. Brokers
// that have lost contact with the controller are not among them.
func liveBrokers(ctx context.Context, address string) (map[int]bool, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}

	const client = "realkafka"
	var body []byte
	body = binary.BigEndian.AppendUint16(body, metadataKey)
	body = binary.BigEndian.AppendUint16(body, metadataVersion)
	body = binary.BigEndian.AppendUint32(body, 1) // correlation id
	body = binary.BigEndian.AppendUint16(body, uint16(len(client)))
	body = append(body, client...)
	body = binary.BigEndian.AppendUint32(body, 0) // no topics
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)); err != nil {
		return nil, err
	}

	var size [4]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > answerMax {
		return nil, fmt.Errorf("answer of %d bytes", n)
	}
	answer := make([]byte, n)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return nil, err
	}
	return parseBrokers(answer)
}

// parseBrokers reads the node ids of a Metadata answer: correlation id, then an array of id, host, port and rack.
func parseBrokers(answer []byte) (map[int]bool, error) {
	errShort := errors.New("answer is too short")
	take := func(n int) []byte {
		if n < 0 || n > len(answer) {
			answer = nil
			return nil
		}
		part := answer[:n]
		answer = answer[n:]
		return part
	}
	if take(4) == nil {
		return nil, errShort
	}
	count := take(4)
	if count == nil {
		return nil, errShort
	}
	ids := map[int]bool{}
	for range binary.BigEndian.Uint32(count) {
		id, host := take(4), take(2)
		if host == nil {
			return nil, errShort
		}
		take(int(binary.BigEndian.Uint16(host)))
		take(4) // port
		rack := take(2)
		if rack == nil {
			return nil, errShort
		}
		if length := int16(binary.BigEndian.Uint16(rack)); length > 0 {
			take(int(length))
		}
		ids[int(int32(binary.BigEndian.Uint32(id)))] = true
	}
	return ids, nil
}
