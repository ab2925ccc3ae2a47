package cli

import "github.com/spf13/cobra"

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print a shell completion script",
		Example: `  millrace completion bash > /etc/bash_completion.d/millrace
  millrace completion zsh > "${fpath[1]}/_millrace"
  millrace completion fish > ~/.config/fish/completions/millrace.fish`,
		ValidArgs: []string{"bash", "zsh", "fish"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(a.Out, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(a.Out)
			default:
				return cmd.Root().GenFishCompletion(a.Out, true)
			}
		},
	}
}
