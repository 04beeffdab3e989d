package source

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// authority signs certificates for one test, in files.
type authority struct {
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	a := &authority{dir: t.TempDir()}
	a.key, a.cert = a.sign(t, "ca", true)
	return a
}

// sign writes NAME.pem and NAME.key.
func (a *authority) sign(t *testing.T, name string, ca bool) (*ecdsa.PrivateKey, *x509.Certificate) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: ca, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := a.cert, a.key
	if ca {
		parent, signer = cert, key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	write := func(file, kind string, b []byte) {
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600))
	}
	write(a.file(name+".pem"), "CERTIFICATE", der)
	write(a.file(name+".key"), "EC PRIVATE KEY", keyDER)
	return key, cert
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) server(t *testing.T, clients tls.ClientAuthType) *tls.Config {
	a.sign(t, "broker", false)
	pair, err := tls.LoadX509KeyPair(a.file("broker.pem"), a.file("broker.key"))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: clients, ClientCAs: pool}
}

// TestSecuredClusters reads a topic through every kind of connection.
func TestSecuredClusters(t *testing.T) {
	a := newAuthority(t)
	a.sign(t, "client", false)
	encrypted := TLS{Enabled: true, CA: a.file("ca.pem")}
	mutual := encrypted
	mutual.Cert, mutual.Key = a.file("client.pem"), "file:"+a.file("client.key")
	password := pipeline.NewSecret([]byte("correct horse"))
	user := func(mechanism string) SASL { return SASL{Mechanism: mechanism, User: "tacet", Password: password} }
	su := func(mechanism string) []kfake.Opt {
		return []kfake.Opt{kfake.EnableSASL(), kfake.Superuser(mechanism, "tacet", "correct horse")}
	}
	for _, tc := range []struct {
		name   string
		broker []kfake.Opt
		tls    TLS
		sasl   SASL
	}{
		{"tls", []kfake.Opt{kfake.TLS(a.server(t, tls.NoClientCert))}, encrypted, SASL{}},
		{"mtls", []kfake.Opt{kfake.TLS(a.server(t, tls.RequireAndVerifyClientCert))}, mutual, SASL{}},
		{"plain", su("PLAIN"), TLS{}, user("plain")},
		{"scram-sha-256", su("SCRAM-SHA-256"), TLS{}, user("scram-sha-256")},
		{"scram-sha-512 over tls", append(su("SCRAM-SHA-512"), kfake.TLS(a.server(t, tls.NoClientCert))), encrypted,
			user("scram-sha-512")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := kafkatest.Start(t, tc.broker...)
			cc := ConnectConfig{Brokers: c.Addrs(), TLS: tc.tls, SASL: tc.sasl}
			helper, _, err := Connect(cc)
			require.NoError(t, err)
			c.Use(t, helper)
			topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
			c.Produce(t, topic, numbers(0, 10, 1))
			cfg := quick(c, group, topic)
			cfg.Transport, cfg.Dialer, err = Connect(cc)
			require.NoError(t, err)
			m := newMemory()
			p := start(t, cfg, m)
			eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 10 })
			p.stop()
			require.Equal(t, map[int]int64{0: 10}, c.Committed(t, group, topic))
		})
	}
}

func TestRefusedByOrRefusingTheBroker(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	stranger.sign(t, "client", false)
	unknown := TLS{Enabled: true, CA: a.file("ca.pem"), Cert: stranger.file("client.pem"), Key: "file:" + stranger.file("client.key")}
	wrong := SASL{Mechanism: "scram-sha-256", User: "tacet", Password: pipeline.NewSecret([]byte("swordfish"))}
	for _, tc := range []struct {
		name   string
		broker []kfake.Opt
		tls    TLS
		sasl   SASL
	}{
		{"a broker of another authority", []kfake.Opt{kfake.TLS(a.server(t, tls.NoClientCert))},
			TLS{Enabled: true, CA: stranger.file("ca.pem")}, SASL{}},
		{"another name", []kfake.Opt{kfake.TLS(a.server(t, tls.NoClientCert))},
			TLS{Enabled: true, CA: a.file("ca.pem"), ServerName: "kafka.example.com"}, SASL{}},
		{"a client of another authority", []kfake.Opt{kfake.TLS(a.server(t, tls.RequireAndVerifyClientCert))}, unknown, SASL{}},
		{"a wrong password", []kfake.Opt{kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "tacet", "correct horse")}, TLS{}, wrong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := kafkatest.Start(t, tc.broker...)
			tr, dialer, err := Connect(ConnectConfig{Brokers: c.Addrs(), TLS: tc.tls, SASL: tc.sasl})
			require.NoError(t, err)
			defer tr.CloseIdleConnections()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err = (&kafka.Client{Addr: kafka.TCP(c.Addrs()...), Transport: tr}).Metadata(ctx, &kafka.MetadataRequest{})
			require.Error(t, err)
			require.NotContains(t, err.Error(), "swordfish")
			conn, err := dialer.DialContext(ctx, "tcp", c.Addrs()[0])
			if err == nil { // TLS 1.3: a client learns only afterwards that its certificate was refused
				_, err = conn.Brokers()
				_ = conn.Close() // the broker may have done so
			}
			require.Error(t, err)
		})
	}
}

// TestRenewedClientCertificate replaces the files between two connections.
func TestRenewedClientCertificate(t *testing.T) {
	a := newAuthority(t)
	_, first := a.sign(t, "client", false)
	c, err := TLS{Enabled: true, Cert: a.file("client.pem"), Key: "file:" + a.file("client.key")}.config()
	require.NoError(t, err)
	got, err := c.GetClientCertificate(nil)
	require.NoError(t, err)
	require.Equal(t, first.Raw, got.Certificate[0])
	_, second := a.sign(t, "client", false)
	got, err = c.GetClientCertificate(nil)
	require.NoError(t, err)
	require.Equal(t, second.Raw, got.Certificate[0])
}

// TestSilentBrokerAtLogin has a broker that takes the connection and says nothing.
func TestSilentBrokerAtLogin(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	tr, dialer, err := Connect(ConnectConfig{
		Brokers: []string{l.Addr().String()},
		SASL:    SASL{Mechanism: "plain", User: "tacet", Password: pipeline.NewSecret([]byte("correct horse"))},
	})
	require.NoError(t, err)
	for _, dial := range []dialFunc{tr.Dial, dialer.DialFunc} {
		c, err := dial(t.Context(), "tcp", l.Addr().String())
		require.NoError(t, err)
		require.Equal(t, silenceMax, c.(*boundedConn).limit)
		require.NoError(t, c.Close())
	}
	dialer.DialFunc = withSilenceBound(dialer.DialFunc, 50*time.Millisecond)
	done := make(chan error, 1)
	go func() {
		_, err := dialer.Dial("tcp", l.Addr().String())
		done <- err
	}()
	select {
	case err := <-done:
		require.Error(t, err)
	case <-time.After(patience):
		require.Fail(t, "the dialer waits for ever")
	}
	// A deadline that was set counts, whether shorter or longer.
	c, err := withSilenceBound(tr.Dial, time.Millisecond)(t.Context(), "tcp", l.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	server, err := l.Accept()
	for range 4 { // those of above come first
		if err == nil && server.RemoteAddr().String() == c.LocalAddr().String() {
			break
		}
		_ = server.Close()
		server, err = l.Accept()
	}
	require.NoError(t, err)
	defer server.Close()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
	time.AfterFunc(20*time.Millisecond, func() { _, _ = server.Write([]byte("x")) })
	n, err := c.Read(make([]byte, 1))
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestClearConnectionsStayOnThisMachine(t *testing.T) {
	for _, tc := range []struct {
		brokers  []string
		tls      bool
		insecure bool
		ok       bool
	}{
		{[]string{"localhost:9092"}, false, false, true},
		{[]string{"127.0.0.1:9092", "[::1]:9092", "127.8.8.8"}, false, false, true},
		{[]string{"kafka.example.com:9092"}, false, false, false},
		{[]string{"localhost:9092", "192.0.2.7:9092"}, false, false, false},
		{[]string{"localhost.example.com:9092"}, false, false, false},
		{[]string{"0.0.0.0:9092"}, false, false, false},
		{[]string{"kafka.example.com:9092"}, false, true, true},
		{[]string{"kafka.example.com:9092"}, true, false, true},
	} {
		_, _, err := Connect(ConnectConfig{Brokers: tc.brokers, TLS: TLS{Enabled: tc.tls}, Insecure: tc.insecure})
		if tc.ok {
			require.NoError(t, err, "%v", tc.brokers)
			continue
		}
		require.ErrorContains(t, err, "insecure: true", "%v", tc.brokers)
	}
	// A broker on loopback that leads elsewhere is not followed.
	tr, dialer, err := Connect(ConnectConfig{Brokers: []string{"localhost:9092"}})
	require.NoError(t, err)
	_, err = tr.Dial(t.Context(), "tcp", "192.0.2.7:9092")
	require.ErrorContains(t, err, "insecure: true")
	_, err = dialer.DialFunc(t.Context(), "tcp", "192.0.2.7:9092")
	require.ErrorContains(t, err, "insecure: true")

	cfg := DefaultConfig()
	cfg.Brokers, cfg.Group, cfg.Topics = []string{"kafka.example.com:9092"}, "g", []string{"t"}
	_, err = New(cfg, NoMetrics{}, nil)
	require.ErrorContains(t, err, "insecure: true")
}

func TestConnectRefusesHalfSettings(t *testing.T) {
	a := newAuthority(t)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	secret := pipeline.NewSecret([]byte("correct horse"))
	for want, c := range map[string]ConnectConfig{
		"not enabled":           {TLS: TLS{CA: a.file("ca.pem")}},
		"no certificate in":     {TLS: TLS{Enabled: true, CA: empty}},
		"read ca":               {TLS: TLS{Enabled: true, CA: empty + ".missing"}},
		"cert and key":          {TLS: TLS{Enabled: true, Cert: a.file("ca.pem")}},
		"must be a reference":   {TLS: TLS{Enabled: true, Cert: a.file("ca.pem"), Key: "-----BEGIN"}},
		"read cert and key":     {TLS: TLS{Enabled: true, Cert: a.file("ca.pem"), Key: "file:" + empty}},
		"no mechanism":          {SASL: SASL{User: "tacet"}},
		"none of plain":         {SASL: SASL{Mechanism: "gssapi"}},
		"plain takes a user":    {SASL: SASL{Mechanism: "plain", User: "tacet"}},
		"512 takes a user":      {SASL: SASL{Mechanism: "scram-sha-512", Password: secret}},
		"takes a token":         {SASL: SASL{Mechanism: "oauthbearer", User: "tacet", Password: secret}},
		"token: secret must be": {SASL: SASL{Mechanism: "oauthbearer", Token: "eyJhbGciOi"}},
		"at least one address":  {Brokers: []string{}},
	} {
		if c.Brokers == nil {
			c.Brokers = []string{"localhost:9092"}
		}
		_, _, err := Connect(c)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "correct horse")
		require.NotContains(t, err.Error(), "eyJhbGciOi")
	}
}

func TestOAuthBearer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\n"), 0o600))
	tr, _, err := Connect(ConnectConfig{
		Brokers: []string{"localhost:9092"}, SASL: SASL{Mechanism: "oauthbearer", Token: "file:" + file},
	})
	require.NoError(t, err)
	require.Equal(t, "OAUTHBEARER", tr.SASL.Name())
	session, response, err := tr.SASL.Start(t.Context())
	require.NoError(t, err)
	// The example of RFC 7628 §4.1 without its optional host and port.
	require.Equal(t, "n,,\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01", string(response))
	done, response, err := session.Next(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, done)
	require.Empty(t, response)

	done, _, err = session.Next(t.Context(), []byte(`{"status":"invalid_token"}`))
	require.ErrorContains(t, err, "refused the bearer token")
	require.False(t, done)

	require.NoError(t, os.WriteFile(file, []byte("renewed"), 0o600))
	_, response, err = tr.SASL.Start(t.Context())
	require.NoError(t, err)
	require.Equal(t, "n,,\x01auth=Bearer renewed\x01\x01", string(response))

	for _, bad := range []string{"two words", "a\x01host=x", "a\nb", "ä"} {
		require.NoError(t, os.WriteFile(file, []byte(bad), 0o600))
		_, _, err = tr.SASL.Start(t.Context())
		require.ErrorContains(t, err, "no bearer token has", "%q", bad)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s := fmt.Sprintf("%v %+v", SASL{Password: pipeline.NewSecret([]byte("correct horse"))}, ConnectConfig{
		SASL: SASL{Password: pipeline.NewSecret([]byte("correct horse"))},
	})
	require.NotContains(t, s, "correct horse")
}
