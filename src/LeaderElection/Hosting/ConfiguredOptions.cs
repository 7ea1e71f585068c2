using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LeaderElection;

/// <summary>
/// Sets an election's options from the sources outside the code. The strongest that says something about an option is
/// read; what weaker ones say of it is not looked at.
/// </summary>
internal static class ConfiguredOptions
{
    /// <param name="options">The options to set.</param>
    /// <param name="optionsName">Empty for the app's unnamed election.</param>
    /// <param name="configuration">The app's configuration; null when it has none.</param>
    /// <param name="variables">The environment.</param>
    /// <exception cref="OptionsValidationException">A value cannot be read, or a key is not known.</exception>
    public static void Apply(
        LeaderElectionOptions options, string optionsName, IConfiguration? configuration,
        EnvironmentVariables variables)
    {
        var isNamed = optionsName.Length > 0;
        var shared = configuration?.GetSection(ElectionSections.Shared);
        var own = isNamed ? configuration?.GetSection(ElectionSections.Of(optionsName)) : null;
        if (isNamed)
        {
            options.ElectionName = optionsName;
            options.Origins[nameof(options.ElectionName)] = "the name it was added under";
        }

        var failures = new List<string>([.. ElectionSections.CheckShared(shared), .. ElectionSections.CheckOwn(own)]);
        foreach (var option in LeaderElectionOption.All)
        {
            var given = Find(own, option);
            if (!isNamed || !option.IsOfOneElection)
                given ??= variables.Find(option) ?? Find(shared, option);
            if (given is { } text && option.Read(options, text, ElectionRegistry.NameOf(optionsName)) is { } failure)
                failures.Add(failure);
        }

        if (failures.Count > 0)
            throw new OptionsValidationException(optionsName, typeof(LeaderElectionOptions), failures);
    }

    private static GivenText? Find(IConfigurationSection? section, LeaderElectionOption option) =>
        section?.GetSection(option.Name) is { Value.Length: > 0 } key ? new GivenText(key.Value, key.Path) : null;
}
