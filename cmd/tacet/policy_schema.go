package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func newPolicySchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of policy files",
		Long: `Schema prints the JSON schema (draft 7) of policy files. Editors that know it complete keys and words and mark mistakes. A file names it
in its first line:

  # yaml-language-server: $schema=policy.schema.json`,
		Example: `  tacet policy schema > policy.schema.json`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := cmd.OutOrStdout().Write(policy.Schema()); err != nil {
				return fmt.Errorf("print schema: %w", err)
			}
			return nil
		},
	}
}
