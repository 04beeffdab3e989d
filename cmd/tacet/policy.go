package main

import (
	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func newPolicyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Compare policies, try them on records, test them, describe them to editors",
		Example: `  tacet policy diff old.yaml new.yaml --fail-on loosening
  tacet policy simulate --config tacet.yaml --policy new.yaml records.ndjson
  tacet policy test --config tacet.yaml fixtures`,
	}
	return group(cmd, newPolicyDiffCommand(), newPolicySimulateCommand(), newPolicyTestCommand(), newPolicySchemaCommand())
}

// builtIn names the built-in policy where a file of a policy is asked for.
const builtIn = "default"

// readPolicy reads a policy file, or takes the built-in policy.
func readPolicy(name string) (*policy.Policy, error) {
	if name == builtIn {
		return policy.Default(), nil
	}
	return loadPolicy(policyConfig{File: path(name)})
}
