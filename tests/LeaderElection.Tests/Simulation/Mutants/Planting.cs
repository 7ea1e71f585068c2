using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LeaderElection.Tests.Simulation;

/// <summary>Finds the place of an edit in the code, and makes it.</summary>
internal static class Planting
{
    /// <returns>The file that the edit changes, and its text with it.</returns>
    /// <exception cref="InvalidOperationException">The edit does not fit the code; the message says why.</exception>
    public static (SyntaxTree File, SourceText Changed) Plant(Edit edit, IReadOnlyCollection<SyntaxTree> code)
    {
        var parts = code.SelectMany(file => file.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
            .Where(type => FullName(type) == edit.Type).ToList();
        if (parts.Count == 0)
            throw new InvalidOperationException($"there is no type {edit.Type} in the production code.");

        var (file, change) = edit.Member is null ? EndOf(parts[0], edit) : InMember(parts, edit);
        return (file, file.GetText().WithChanges(change));
    }

    private static string FullName(TypeDeclarationSyntax type) => string.Join(
        '.', type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Reverse().Select(outer => outer.Identifier.Text));

    private static (SyntaxTree, TextChange) EndOf(TypeDeclarationSyntax type, Edit edit)
    {
        if (type.CloseBraceToken.IsKind(SyntaxKind.None))
            throw new InvalidOperationException($"{edit.Type} has no body that a member could be added to.");
        return (type.SyntaxTree, new TextChange(new TextSpan(type.CloseBraceToken.SpanStart, 0), edit.Put));
    }

    private static (SyntaxTree, TextChange) InMember(IReadOnlyCollection<TypeDeclarationSyntax> parts, Edit edit)
    {
        var all = parts.SelectMany(part => part.Members).ToList();
        var named = all.Where(member => Names(member).Contains(edit.Member)).ToList();
        if (named.Count == 0)
        {
            var names = all.SelectMany(Names).Distinct();
            throw new InvalidOperationException(
                $"{edit.Type} has no member {edit.Member}; it has {string.Join(", ", names)}.");
        }

        var places = named
            .SelectMany(member => Places(member, edit.Find).Select(span => (member.SyntaxTree, span))).ToList();
        if (places.Count != 1)
        {
            throw new InvalidOperationException(
                $"this must stand in {edit.Type}.{edit.Member} just once, but stands there {places.Count} times: "
                + (edit.Find ?? "the whole member"));
        }

        return (places[0].SyntaxTree, new TextChange(places[0].span, edit.Put));
    }

    private static IEnumerable<string> Names(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => [method.Identifier.Text],
        ConstructorDeclarationSyntax constructor => [constructor.Identifier.Text],
        PropertyDeclarationSyntax property => [property.Identifier.Text],
        EventDeclarationSyntax @event => [@event.Identifier.Text],
        BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(variable => variable.Identifier.Text),
        _ => [],
    };

    private static IEnumerable<TextSpan> Places(MemberDeclarationSyntax member, string? find)
    {
        if (find is null)
            return [member.Span];

        // Both are cut into tokens by themselves: inside a tree the parser joins some, as in a shift.
        var start = member.FullSpan.Start;
        var tokens = Tokens(member.ToFullString());
        var wanted = Tokens(find);
        if (wanted.Count == 0)
            throw new InvalidOperationException($"there is no code to look for in '{find}'.");

        return
            from first in Enumerable.Range(0, Math.Max(0, tokens.Count - wanted.Count + 1))
            let found = tokens.GetRange(first, wanted.Count)
            where found.Select(token => token.Text).SequenceEqual(wanted.Select(token => token.Text))
            select TextSpan.FromBounds(start + found[0].Span.Start, start + found[^1].Span.End);
    }

    private static List<SyntaxToken> Tokens(string text) =>
        [.. SyntaxFactory.ParseTokens(text).Where(token => !token.IsKind(SyntaxKind.EndOfFileToken))];
}
