using Microsoft.Extensions.Options;

namespace LeaderElection;

internal sealed class LeaderElectionOptionsValidator : IValidateOptions<LeaderElectionOptions>
{
    public ValidateOptionsResult Validate(string? name, LeaderElectionOptions options)
    {
        var violations = LeaderElectionOptionsRules.Violations(options);
        if (violations.Count == 0)
            return ValidateOptionsResult.Success;

        var election = ElectionRegistry.NameOf(name ?? "");
        return ValidateOptionsResult.Fail(violations.Select(violation => $"Election '{election}': {violation}"));
    }
}
