using System.Text;

namespace LeaderElection;

internal static class StableHash
{
    /// <summary>FNV-1a over UTF-8, the same in every process and version: instances must agree on it.</summary>
    public static int Of(string text)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
            hash = unchecked((hash ^ octet) * 16777619u);
        return unchecked((int)hash);
    }
}
