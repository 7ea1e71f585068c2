using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace LeaderElection.Kit;

/// <summary>The public API of an assembly as text: one line per type and member, in a fixed order.</summary>
public static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (var line in Members(type).Distinct().Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Fails with the difference, and with how to accept it.</summary>
    public static void ShouldBeApproved(Assembly assembly, string approvedFile)
    {
        var actual = Of(assembly);
        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        if (actual == approved)
            return;

        if (Environment.GetEnvironmentVariable("ACCEPT_PUBLIC_API") == "1")
        {
            File.WriteAllText(approvedFile, actual);
            return;
        }

        var (before, after) = (approved.Split('\n'), actual.Split('\n'));
        var difference = before.Except(after).Select(line => $"- {line}")
            .Concat(after.Except(before).Select(line => $"+ {line}"));
        Assert.Fail(
            $"The public API of {assembly.GetName().Name} is not the approved one:\n{string.Join('\n', difference)}\n"
            + "If that is meant, run the test once with ACCEPT_PUBLIC_API=1 and commit "
            + $"{Path.GetFileName(approvedFile)}.");
    }

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class";
        var modifier = type.IsInterface || type.IsValueType ? ""
            : type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        var bases = new[] { type.BaseType }.Where(parent => parent is not null && parent != typeof(object))
            .Concat(Interfaces(type)).Select(parent => Name(parent!)).Order(StringComparer.Ordinal).ToList();
        return $"{modifier}{kind} {type.FullName}{(bases.Count > 0 ? " : " : "")}{string.Join(", ", bases)}";
    }

    private static IEnumerable<Type> Interfaces(Type type) => type.IsEnum
        ? []
        : type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(contract => contract.IsVisible);

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        return type.GetMembers(Declared).Where(IsVisible).Select(Member).Where(line => line.Length > 0);
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => IsVisible(@event.AddMethod!),
        FieldInfo field => field.IsPublic || field.IsFamily,
        _ => false,
    };

    private static string Member(MemberInfo member) => member switch
    {
        _ when member.Name.Contains('<') || member.IsDefined(typeof(CompilerGeneratedAttribute), false) => "",
        ConstructorInfo constructor => $"{Access(constructor)}new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => "",
        MethodInfo method => $"{Access(method)}{method.Name}({Parameters(method)}) : "
            + Name(method.ReturnType, Nullability.Create(method.ReturnParameter)),
        PropertyInfo property => Access(property.GetAccessors(true)[0])
            + (property.IsDefined(typeof(RequiredMemberAttribute), false) ? "required " : "")
            + $"{property.Name} {{ {Accessors(property)}}} : "
            + Name(property.PropertyType, Nullability.Create(property)),
        EventInfo @event => $"event {@event.Name} : {Name(@event.EventHandlerType!, Nullability.Create(@event))}",
        FieldInfo field => $"{field.Name} : {Name(field.FieldType, Nullability.Create(field))}",
        _ => "",
    };

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : "")
        + (method is { IsAbstract: true, DeclaringType.IsInterface: false } ? "abstract " : "");

    private static string Accessors(PropertyInfo property)
    {
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return (property.GetMethod is { } get && IsVisible(get) ? "get; " : "")
            + (property.SetMethod is { } set && IsVisible(set) ? isInit == true ? "init; " : "set; " : "");
    }

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "")
        + string.Join(", ", method.GetParameters().Select(parameter =>
            $"{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}"
            + (parameter.HasDefaultValue
                ? $" = {Value(parameter.DefaultValue)}"
                : "")));

    private static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Name(underlying)}?";
        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (!type.IsGenericType)
            return type.Name + mark;
        var arguments = type.GetGenericArguments().Select((argument, index) =>
            Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", arguments)}>{mark}";
    }
}
