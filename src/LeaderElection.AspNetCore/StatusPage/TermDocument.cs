using System.Text.Json;

namespace LeaderElection.AspNetCore;

internal sealed record TermDocument(
    string Leader, long Token, DateTimeOffset From, DateTimeOffset? To, string? EndedBy, bool IsSelf)
{
    public static TermDocument Of(ObservedTerm term) => new(
        term.Leader,
        term.FencingToken,
        term.From,
        term.To,
        term.EndedBy is { } reason ? JsonNamingPolicy.CamelCase.ConvertName(reason.ToString()) : null,
        term.IsSelf);
}
