using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore;

/// <summary>The terms that one request works under, one per election. For one thread at a time.</summary>
internal sealed class RequestTerms
{
    private readonly List<(ILeaderElector Elector, Leadership Term)> _terms = [];

    public static RequestTerms Of(HttpContext context)
    {
        if (context.Features.Get<RequestTerms>() is { } existing)
            return existing;

        var terms = new RequestTerms();
        context.Features.Set(terms);
        return terms;
    }

    /// <summary>The term taken before, over or not; else the one held now; null when there is neither.</summary>
    public Leadership? Begin(ILeaderElector elector)
    {
        foreach (var (known, term) in _terms)
        {
            if (known == elector)
                return term;
        }

        var current = elector.Current;
        if (current is not null)
            _terms.Add((elector, current));
        return current;
    }
}
