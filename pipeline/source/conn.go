package source

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// silenceMax is how long a read may wait for a broker when kafka-go has set no deadline. No answer of a broker takes so
// long; where one may (joining a group), kafka-go does set a deadline.
const silenceMax = 30 * time.Second

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// withSilenceBound makes connections on which no read waits for ever. kafka-go clears the deadline before the SASL
// exchange, in its dialer and in its transport: a broker that hangs just then would stop the member, or the refresh of
// metadata, for good and in silence.
func withSilenceBound(dial dialFunc, limit time.Duration) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &boundedConn{Conn: c, limit: limit}, nil
	}
}

type boundedConn struct {
	net.Conn
	limit    time.Duration
	explicit atomic.Bool // the user of the connection has set a deadline for reads
}

func (c *boundedConn) SetDeadline(t time.Time) error {
	c.explicit.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

func (c *boundedConn) SetReadDeadline(t time.Time) error {
	c.explicit.Store(!t.IsZero())
	return c.Conn.SetReadDeadline(t)
}

func (c *boundedConn) Read(b []byte) (int, error) {
	if !c.explicit.Load() {
		if err := c.Conn.SetReadDeadline(time.Now().Add(c.limit)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}
