using Microsoft.Extensions.Options;

namespace LeaderElection;

internal sealed class LeaderElectionMetricsOptionsValidator : IValidateOptions<LeaderElectionMetricsOptions>
{
    public ValidateOptionsResult Validate(string? name, LeaderElectionMetricsOptions options) =>
        options.MaxElectionNames >= 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{nameof(LeaderElectionMetricsOptions)}.{nameof(LeaderElectionMetricsOptions.MaxElectionNames)} is "
                + $"{options.MaxElectionNames}; it must not be negative. 0 names no election in metrics.");
}
