using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Warns once, for all elections of an app, of settings that look like ours but that nobody reads. They may belong to
/// somebody else (variables) or to another process (elections that share their configuration), so they are not refused.
/// </summary>
internal sealed class UnreadSettings(
    ElectionRegistry registry, EnvironmentVariables variables, IConfiguration? configuration)
{
    private const string Prefix = "LE_";
    private const int MostEdits = 2;

    private readonly SaidOnce _warnings = new();

    public void WarnOnce(ILoggerFactory? loggers)
    {
        if (loggers is null || !_warnings.IsNews())
            return;

        var logger = new CarefulLogger(loggers.CreateLogger<LeaseElector>());
        foreach (var (setting, known) in LookalikeVariables().Concat(LookalikeElections()))
            Log.LooksLikeOurs(logger, setting, known);
    }

    private IEnumerable<(string Setting, string Known)> LookalikeVariables()
    {
        var known = LeaderElectionOption.All.Select(option => option.Variable).ToList();
        foreach (var name in variables.Names.Where(name => !known.Contains(name, EnvironmentVariables.Comparer)))
        {
            var similar = known.Where(variable => LooksLike(name, variable)).ToList();
            if (similar.Count > 0)
                yield return (name, SimilarNames.Nearest(name, similar));
        }
    }

    /// <summary>Sections of elections that this app does not have, but may mean to have.</summary>
    private IEnumerable<(string Setting, string Known)> LookalikeElections()
    {
        // An election that has a section of its own is not the one that was meant.
        var unset = registry.Elections.Where(election => !HasSectionOfItsOwn(election.OptionsName)).ToList();
        var sections = configuration?.GetSection(ElectionSections.Elections).GetChildren() ?? [];
        foreach (var section in sections.Where(section => !IsRead(section)))
        {
            var similar = unset.Where(election => SimilarNames.Edits(section.Key, election.Name) <= MostEdits).ToList();
            if (similar.Count > 0)
            {
                var meant = similar.MinBy(election => SimilarNames.Edits(section.Key, election.Name));
                yield return (section.Path, ElectionSections.Of(meant.OptionsName));
            }
        }
    }

    private bool IsRead(IConfigurationSection section) => registry.Elections.Any(
        election => election.OptionsName.Equals(section.Key, StringComparison.OrdinalIgnoreCase));

    private bool HasSectionOfItsOwn(string optionsName) =>
        optionsName.Length > 0 && configuration?.GetSection(ElectionSections.Of(optionsName)).Exists() == true;

    private static bool LooksLike(string name, string variable) =>
        SimilarNames.Edits(name, variable) <= MostEdits
        || name.StartsWith(variable, StringComparison.OrdinalIgnoreCase)
        || (name.Length > Prefix.Length && variable.StartsWith(name, StringComparison.OrdinalIgnoreCase));
}
