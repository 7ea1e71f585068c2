using Microsoft.Extensions.Options;

namespace LeaderElection.AspNetCore;

internal sealed class LeaderOnlyOptionsValidator : IValidateOptions<LeaderOnlyOptions>
{
    public ValidateOptionsResult Validate(string? name, LeaderOnlyOptions options) =>
        options.StatusCode is >= 400 and <= 599
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{nameof(LeaderOnlyOptions)}.{nameof(LeaderOnlyOptions.StatusCode)} is {options.StatusCode}; the "
                + "answer of a follower is an error, from 400 to 599.");
}
