using System.Text.RegularExpressions;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Finds in a text of SQL what Postgres would look up in the search path: functions, operators, types and relations of
/// <c>pg_catalog</c> by their bare names, and the forms that look up an operator without showing it.
/// </summary>
/// <param name="functions">The names of all functions of <c>pg_catalog</c>.</param>
/// <param name="types">The names of all types of <c>pg_catalog</c>.</param>
internal sealed partial class BareNames(IReadOnlySet<string> functions, IReadOnlySet<string> types)
{
    // The grammar gives these their meaning, whatever the search path holds.
    private static readonly HashSet<string> GrammarsFunctions = ["extract", "bit", "interval", "timestamp"];
    private static readonly HashSet<string> GrammarsTypes =
        ["bigint", "integer", "int", "smallint", "boolean", "interval", "bit", "numeric", "real", "timestamp", "time"];

    // They compare by the operator = or < of the search path, or by ~~.
    private static readonly HashSet<string> Comparing =
        ["nullif", "between", "like", "ilike", "similar", "overlaps", "natural"];

    public IEnumerable<string> In(string sql)
    {
        var tokens = Token().Matches(sql).Where(match => !match.Groups["skip"].Success)
            .Select(match => match.Value.StartsWith('"') || match.Value.StartsWith('\'')
                ? match.Value : match.Value.ToLowerInvariant())
            .ToArray();
        for (var at = 0; at < tokens.Length; at++)
        {
            if (IsBare(new Place(tokens, at)))
                yield return string.Join(' ', tokens[Math.Max(0, at - 3)..Math.Min(tokens.Length, at + 4)]);
        }
    }

    private bool IsBare(Place place)
    {
        var token = place[0];
        if (Word().IsMatch(token))
            return place[-1] != "." && IsBareWord(place, token);
        return OperatorCharacters().IsMatch(token) && !IsKnownOperator(place, token);
    }

    private bool IsBareWord(Place place, string word) =>
        Comparing.Contains(word)
        || (word is "in" or "using" && place[1] == "(")
        || (word == "distinct" && place[1] == "from")
        || (word == "case" && place[1] != "when" && place[-1] != "end")
        || (word.StartsWith("pg_", StringComparison.Ordinal) && word != "pg_catalog")
        || (place[1] == "(" && functions.Contains(word) && !GrammarsFunctions.Contains(word)
            && !place.IsNameOfQuery())
        || (types.Contains(word) && !GrammarsTypes.Contains(word) && IsInPlaceOfType(place));

    // Behind a cast, before a literal, behind the name of a column or variable that is declared.
    private static bool IsInPlaceOfType(Place place) =>
        place[-1] == "::"
        || (place[-1] == "as" && place[1] is ")" or "(")
        || place[1].StartsWith('\'')
        || (Word().IsMatch(place[-1]) && place[-2] is "(" or "," or "declare" or ";" or "column");

    private static bool IsKnownOperator(Place place, string token) => token switch
    {
        "::" or "=>" or ":=" => true,
        "*" when place[-1] is "(" or "." or "," or "select" => true,
        "=" when Word().IsMatch(place[-1]) && place.IsAssignment() => true,
        _ => place[-1] == "." && place[-2] == "pg_catalog" && place[-3] == "(" && place[-4] == "operator",
    };

    [GeneratedRegex(
        """(?<skip>--[^\n]*|\$[A-Za-z_]*\$|\s+)|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\d+|[A-Za-z_]\w*|\d[\d.]*"""
        + "|::|:=|=>|[-+*/<>=~!@#%^&|`?]+|.")]
    private static partial Regex Token();

    [GeneratedRegex("^[a-z_]\\w*$")]
    private static partial Regex Word();

    [GeneratedRegex("^(?:::|:=|[-+*/<>=~!@#%^&|`?]+)$")]
    private static partial Regex OperatorCharacters();

    private readonly record struct Place(string[] Tokens, int At)
    {
        /// <summary>A token beside this one; empty beyond the ends.</summary>
        public string this[int offset] => At + offset is var index && index >= 0 && index < Tokens.Length
            ? Tokens[index] : "";

        /// <summary>Whether this names a query of WITH, and what follows its columns.</summary>
        public bool IsNameOfQuery()
        {
            var index = At + 1;
            while (index < Tokens.Length && Tokens[index] != ")")
                index++;
            return index + 2 < Tokens.Length && Tokens[index + 1] == "as" && Tokens[index + 2] is "(" or "materialized";
        }

        /// <summary>Whether this is the sign of one of a list of settings: SET a = …, b = … or WITH (a = …).</summary>
        public bool IsAssignment()
        {
            if (this[-2] == "set" || (this[-2] == "(" && this[-3] == "with"))
                return true;
            if (this[-2] != ",")
                return false;

            // The list goes on: its beginning is further to the left, outside of what is in parentheses.
            var depth = 0;
            for (var index = At - 3; index >= 0; index--)
            {
                if (Tokens[index] == ")")
                    depth++;
                else if (Tokens[index] == "(" && --depth < 0)
                    return false;
                else if (depth == 0 && Tokens[index] is "where" or "select" or "from" or ";")
                    return false;
                else if (depth == 0 && Tokens[index] == "set")
                    return true;
            }

            return false;
        }
    }
}
