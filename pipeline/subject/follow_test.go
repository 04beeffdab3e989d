package subject

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// memoryLog is a control topic: messages, where its end was when reading began, and what ends it.
type memoryLog struct {
	messages []memoryMessage
	end      int
	err      error
}

type memoryMessage struct{ key, value []byte }

func (l *memoryLog) add(u Update) { l.messages = append(l.messages, memoryMessage{u.Key(), u.Value()}) }

func (l *memoryLog) Follow(_ context.Context, f func(int64, []byte, []byte) error, end func() error, tick func()) error {
	for i := 0; i <= len(l.messages); i++ {
		if i == l.end {
			if err := end(); err != nil {
				return err
			}
			tick()
		}
		if i == len(l.messages) {
			break
		}
		if err := f(int64(i), l.messages[i].key, l.messages[i].value); err != nil {
			return err
		}
		if i >= l.end {
			tick()
		}
	}
	return l.err
}

// follow reads a log and tells how often it said that the list is loaded.
func follow(t *testing.T, l *memoryLog, w *Witness) (list *List, loaded int, err error) {
	t.Helper()
	list = NewList(100)
	f := &Follower{List: list, Log: l, Witness: w, Logger: slog.New(slog.DiscardHandler)}
	err = f.Run(t.Context(), func() {
		require.True(t, list.Loaded())
		loaded++
	})
	return list, loaded, err
}

func testLog(n int) *memoryLog {
	l := &memoryLog{}
	for i := range n {
		u := update("acme", idOf(uint64(i)), Object)
		u.Seq = uint64(i + 1)
		l.add(u)
	}
	l.end = n
	return l
}

func TestFollow(t *testing.T) {
	l := testLog(3)
	l.end = 2
	list, loaded, err := follow(t, l, NewWitness(""))
	require.NoError(t, err)
	require.Equal(t, 1, loaded)
	require.Equal(t, Version{3, 3}, list.Version())
	_, ok := list.Match([]byte("acme"), idOf(2))
	require.True(t, ok, "what came after the end")

	l.err = errors.New("the topic was made anew")
	_, loaded, err = follow(t, l, NewWitness(""))
	require.Equal(t, 1, loaded)
	require.ErrorContains(t, err, "made anew")
}

// A message that can't be read may ask for anything: nothing may be consumed.
func TestFollowRefusesWhatItCantRead(t *testing.T) {
	bad := memoryMessage{[]byte("a key"), []byte("07700900123")}
	l := testLog(2)
	l.messages, l.end = append(l.messages, bad), 3
	_, loaded, err := follow(t, l, NewWitness(""))
	require.ErrorContains(t, err, "offset 2")
	require.ErrorContains(t, err, "tombstone")
	require.NotContains(t, err.Error(), "07700900123")
	require.Zero(t, loaded)

	l.messages, l.end = append(l.messages, memoryMessage{bad.key, nil}), 4
	_, loaded, err = follow(t, l, NewWitness(""))
	require.NoError(t, err, "a tombstone makes good for it")
	require.Equal(t, 1, loaded)

	l.end = 2 // the same when it comes later
	_, loaded, err = follow(t, l, NewWitness(""))
	require.ErrorContains(t, err, "offset 2")
	require.Equal(t, 1, loaded)

	l = testLog(101)
	_, loaded, err = follow(t, l, NewWitness(""))
	require.ErrorIs(t, err, ErrFull)
	require.Zero(t, loaded)
}

// Nobody can take a suppression back by deleting its message.
func TestFollowLeavesTombstonesOut(t *testing.T) {
	l := testLog(1)
	l.messages, l.end = append(l.messages, memoryMessage{l.messages[0].key, nil}), 2
	list, _, err := follow(t, l, NewWitness(""))
	require.NoError(t, err)
	_, ok := list.Match([]byte("acme"), idOf(0))
	require.True(t, ok)
}

func TestWitness(t *testing.T) {
	name := filepath.Join(t.TempDir(), "witness")
	_, _, err := follow(t, testLog(5), NewWitness(name))
	require.NoError(t, err)
	_, loaded, err := follow(t, testLog(5), NewWitness(name))
	require.NoError(t, err, "the same")
	require.Equal(t, 1, loaded)

	// An older copy of the topic, and one that lost a message in the middle.
	_, loaded, err = follow(t, testLog(4), NewWitness(name))
	require.ErrorIs(t, err, ErrRollback)
	require.Zero(t, loaded)
	l := testLog(5)
	l.messages, l.end = append(l.messages[:1], l.messages[2:]...), 4
	_, _, err = follow(t, l, NewWitness(name))
	require.ErrorIs(t, err, ErrRollback)
	_, _, err = follow(t, &memoryLog{}, NewWitness(name))
	require.ErrorIs(t, err, ErrRollback, "emptied")

	// What was seen while following counts too, although the list began shorter.
	l = testLog(7)
	l.end = 5
	_, _, err = follow(t, l, NewWitness(name))
	require.NoError(t, err)
	_, _, err = follow(t, testLog(6), NewWitness(name))
	require.ErrorIs(t, err, ErrRollback)

	require.NoError(t, NewWitness(name).Saw(Version{1, 1}), "an older version is not noted")
	require.ErrorIs(t, NewWitness(name).Check(Version{6, 7}), ErrRollback)
	for _, damaged := range []string{"", "{", `{"seq":1,"keys":2,"more":3}`} {
		require.NoError(t, os.WriteFile(name, []byte(damaged), 0o600))
		_, loaded, err = follow(t, testLog(9), NewWitness(name))
		require.ErrorContains(t, err, "damaged")
		require.Zero(t, loaded)
		require.ErrorContains(t, NewWitness(name).Check(Version{9, 9}), "damaged")
	}
	left, err := filepath.Glob(name + ".*")
	require.NoError(t, err)
	require.Empty(t, left, "no temporary file stays")
	require.ErrorContains(t, NewWitness(filepath.Join(name, "below")).Saw(Version{1, 1}), "witness")
}
