package source

import (
	"slices"
	"strings"

	"github.com/segmentio/kafka-go"
)

// roundRobin deals all partitions of all topics out in turn, as Java's RoundRobinAssignor does, with which it shares its
// name. kafka-go's own begins anew with the first member for each topic: ten topics of one partition would all go to
// one process.
type roundRobin struct{}

func (roundRobin) ProtocolName() string      { return "roundrobin" }
func (roundRobin) UserData() ([]byte, error) { return nil, nil }

func (roundRobin) AssignGroups(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	members, partitions = slices.Clone(members), slices.Clone(partitions)
	slices.SortFunc(members, func(a, b kafka.GroupMember) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(partitions, func(a, b kafka.Partition) int {
		if c := strings.Compare(a.Topic, b.Topic); c != 0 {
			return c
		}
		return a.ID - b.ID
	})
	out := kafka.GroupMemberAssignments{}
	for _, m := range members {
		out[m.ID] = map[string][]int{} // also those that get nothing must be told so
	}
	turn := 0
	for _, p := range partitions {
		for i := range members {
			m := members[(turn+i)%len(members)]
			if slices.Contains(m.Topics, p.Topic) {
				out[m.ID][p.Topic] = append(out[m.ID][p.Topic], p.ID)
				turn = (turn + i + 1) % len(members)
				break
			}
		}
	}
	return out
}
