using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LeaderElection.Tests.Simulation;

/// <summary>Where an edit of a planted bug fits, and what it says where it does not.</summary>
public class PlantingTests
{
    private const string Code =
        """
        namespace Somewhere;

        internal sealed partial class Lamp
        {
            // The voltage; on and off again; below the limit.
            private readonly int _limit = 3;

            public void Switch(bool on)
            {
                Check(on); // on
                if (on
                    && _limit > 2)
                    Light();
                Note();
            }

            public void Note() => Note(1 >> 2);

            public void Note(int times) => Write("note // this");

            private sealed class Bulb
            {
                public void Note() => Write("bulb");
            }
        }
        """;

    private const string OtherPart = "partial class Lamp { public int Watts { get; } = 60; }";

    [Fact]
    public void White_space_line_breaks_and_comments_do_not_count() =>
        Plant(Edit.Swap("Lamp", "Switch", "Check( on );if(on /* ! */ && _limit>2)", "if (true)"))
            .ShouldContain("{\n        if (true)\n            Light();");

    [Fact]
    public void A_statement_is_dropped() =>
        Plant(Edit.Drop("Lamp", "Switch", "Note();")).ShouldContain("Light();\n        \n    }");

    [Fact]
    public void A_member_is_rewritten_as_a_whole() =>
        Plant(Edit.Rewrite("Lamp.Bulb", "Note", "int Note() => 2;"))
            .ShouldContain("{\n        int Note() => 2;\n    }");

    [Fact]
    public void A_member_is_added_to_its_type() =>
        Plant(Edit.Add("Lamp.Bulb", "int More() => 2;")).ShouldContain("Write(\"bulb\");\n    int More() => 2;}");

    [Fact]
    public void What_lies_in_another_part_of_the_type_is_found() =>
        Plant(Edit.Swap("Lamp", "Watts", "60", "40")).ShouldBe(OtherPart.Replace("60", "40"));

    [Fact]
    public void Overloads_are_looked_through_together() =>
        Plant(Edit.Swap("Lamp", "Note", "1 >> 2", "3")).ShouldContain("Note() => Note(3);");

    [Theory]
    [InlineData("Note", "no such text")]
    [InlineData("Note", "// this")]
    [InlineData("_limit", "voltage")]
    [InlineData("Switch", "on")]
    [InlineData("Note", "Note(")]
    [InlineData("Switch", "")]
    public void What_does_not_stand_in_the_member_just_once_is_refused(string member, string find) =>
        Misfit(Edit.Drop("Lamp", member, find)).ShouldContain(find);

    [Fact]
    public void A_member_with_overloads_is_not_rewritten() =>
        Misfit(Edit.Rewrite("Lamp", "Note", "")).ShouldContain("Lamp.Note just once, but stands there 2 times");

    [Fact]
    public void A_member_that_is_gone_is_missed_by_name() =>
        Misfit(Edit.Drop("Lamp", "Dim", "Note();"))
            .ShouldBe("Lamp has no member Dim; it has _limit, Switch, Note, Watts.");

    [Fact]
    public void A_type_that_is_gone_is_missed_by_name() =>
        Misfit(Edit.Drop("Bulb", "Note", "Write")).ShouldBe("there is no type Bulb in the production code.");

    private static string Plant(Edit edit) => Planting.Plant(edit, Trees()).Changed.ToString();

    private static string Misfit(Edit edit) =>
        Should.Throw<InvalidOperationException>(() => Planting.Plant(edit, Trees())).Message;

    private static SyntaxTree[] Trees() => [CSharpSyntaxTree.ParseText(Code), CSharpSyntaxTree.ParseText(OtherPart)];
}
