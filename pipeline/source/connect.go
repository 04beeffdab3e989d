package source

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/sonexlabs/tacet/pipeline"
)

// clientID names this program in the brokers' logs and quotas.
const clientID = "tacet"

// dialTimeout bounds a new connection with its TLS and SASL exchange.
const dialTimeout = 5 * time.Second

// ConnectConfig says how to reach a cluster.
type ConnectConfig struct {
	Brokers []string // host:port
	TLS     TLS
	SASL    SASL
	// Insecure allows connections without TLS to brokers that are not on loopback. What travels on them, records and
	// passwords, can be read by the network.
	Insecure bool
}

// TLS configures encryption. There is no way to switch the check of certificates off.
type TLS struct {
	Enabled bool
	CA      string // file of PEM certificates; empty means the system's
	Cert    string // file of the client's certificate chain (mTLS); empty means none
	// Key is the client's private key, by reference (file:PATH or env:NAME). Cert and Key are read again for each
	// connection, so that renewed ones are taken up.
	Key        string
	ServerName string // expected in the brokers' certificates; empty means the host name dialed
}

// SASL configures authentication. An empty Mechanism means none.
type SASL struct {
	Mechanism string // plain, scram-sha-256, scram-sha-512 or oauthbearer
	User      string
	Password  pipeline.Secret
	// Token is the bearer token of oauthbearer, by reference (file:PATH or env:NAME). It is read again for each
	// connection: another process renews the file.
	Token string
}

// Connect makes a transport, for a sink or for Config.Transport, and the dialer that goes with it. It doesn't connect.
func Connect(c ConnectConfig) (*kafka.Transport, *kafka.Dialer, error) {
	if len(c.Brokers) == 0 {
		return nil, nil, errors.New("connect to Kafka: brokers: at least one address is needed")
	}
	encryption, err := c.TLS.config()
	if err != nil {
		return nil, nil, fmt.Errorf("connect to Kafka: tls: %w", err)
	}
	mechanism, err := c.SASL.mechanism()
	if err != nil {
		return nil, nil, fmt.Errorf("connect to Kafka: sasl: %w", err)
	}
	dial := withSilenceBound((&net.Dialer{Timeout: dialTimeout}).DialContext, silenceMax)
	if encryption == nil && !c.Insecure {
		for _, b := range c.Brokers {
			if err := loopbackOnly(b); err != nil {
				return nil, nil, fmt.Errorf("connect to Kafka: %w", err)
			}
		}
		// Brokers advertise addresses of their own: a tunnel on loopback may lead to one across the network.
		open := dial
		dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if err := loopbackOnly(address); err != nil {
				return nil, err
			}
			return open(ctx, network, address)
		}
	}
	transport := &kafka.Transport{
		Dial: dial, DialTimeout: dialTimeout, ClientID: clientID, TLS: encryption, SASL: mechanism, MetadataTTL: metadataTTL,
	}
	dialer := &kafka.Dialer{
		DialFunc: dial, Timeout: dialTimeout, ClientID: clientID, TLS: encryption, SASLMechanism: mechanism,
	}
	return transport, dialer, nil
}

// loopbackOnly refuses addresses outside this machine. Names other than localhost count as outside: whoever answers for
// the name decides where it leads.
func loopbackOnly(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" || net.ParseIP(host).IsLoopback() {
		return nil
	}
	return fmt.Errorf("broker %s is not on loopback and the connection is not encrypted: enable tls, or set insecure: true "+
		"to send everything in clear", address)
}

func (t TLS) config() (*tls.Config, error) {
	if !t.Enabled {
		if t != (TLS{}) {
			return nil, errors.New("settings are given but it is not enabled")
		}
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("read ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read ca: no certificate in %s", t.CA)
		}
	}
	if (t.Cert == "") != (t.Key == "") {
		return nil, errors.New("cert and key go together")
	}
	if t.Cert != "" {
		if _, err := t.clientCertificate(nil); err != nil {
			return nil, err
		}
		c.GetClientCertificate = t.clientCertificate
	}
	return c, nil
}

func (t TLS) clientCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	cert, err := os.ReadFile(t.Cert)
	if err != nil {
		return nil, fmt.Errorf("read cert: %w", err)
	}
	key, err := pipeline.ParseSecret(t.Key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read cert and key: %w", err)
	}
	return &pair, nil
}

func (s SASL) mechanism() (sasl.Mechanism, error) {
	switch s.Mechanism {
	case "":
		if s.User != "" || !s.Password.IsZero() || s.Token != "" {
			return nil, errors.New("credentials are given but no mechanism")
		}
		return nil, nil
	case "oauthbearer":
		if s.User != "" || !s.Password.IsZero() {
			return nil, errors.New("oauthbearer takes a token, no user and password")
		}
		m := oauthBearer{token: s.Token}
		_, err := m.read()
		return m, err
	case "plain", "scram-sha-256", "scram-sha-512":
	default:
		return nil, fmt.Errorf("mechanism %q is none of plain, scram-sha-256, scram-sha-512, oauthbearer", s.Mechanism)
	}
	if s.User == "" || s.Password.IsZero() || s.Token != "" {
		return nil, fmt.Errorf("%s takes a user and a password, no token", s.Mechanism)
	}
	password := string(s.Password.Reveal())
	switch s.Mechanism {
	case "plain":
		return plain.Mechanism{Username: s.User, Password: password}, nil
	case "scram-sha-256":
		return scram.Mechanism(scram.SHA256, s.User, password)
	}
	return scram.Mechanism(scram.SHA512, s.User, password)
}
