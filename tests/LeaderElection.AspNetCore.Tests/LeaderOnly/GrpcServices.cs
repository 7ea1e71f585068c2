using System.ComponentModel;
using System.Reflection;
using Grpc.Core;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>What a generator makes of a service with one method; but its name is that of the
/// implementation.</summary>
[BindServiceMethod(typeof(LedgerBase), nameof(Bind))]
public abstract class LedgerBase
{
    private static readonly Marshaller<string> Text = new(
        text => System.Text.Encoding.UTF8.GetBytes(text), bytes => System.Text.Encoding.UTF8.GetString(bytes));

    public virtual Task<string> Pay(string request, ServerCallContext context) => Task.FromResult("served");

    public static void Bind(ServiceBinderBase binder, LedgerBase? service)
    {
        ArgumentNullException.ThrowIfNull(binder);
        var name = binder.GetType().GetGenericArguments().Single().GetCustomAttribute<DisplayNameAttribute>()!;
        binder.AddMethod(
            new Method<string, string>(MethodType.Unary, name.DisplayName, nameof(Pay), Text, Text),
            service is null ? null : service.Pay);
    }
}

[LeaderOnly]
[DisplayName("unnamed/grpc-class")]
public class UnnamedLedger : LedgerBase;

[LeaderOnly("billing")]
[DisplayName("named/grpc-class")]
public class NamedLedger : LedgerBase;

[DisplayName("unnamed/grpc-inherited")]
public class InheritedUnnamedLedger : UnnamedLedger;

[DisplayName("named/grpc-inherited")]
public class InheritedNamedLedger : NamedLedger;

[DisplayName("unnamed/grpc-method")]
public class UnnamedMethodLedger : LedgerBase
{
    [LeaderOnly]
    public override Task<string> Pay(string request, ServerCallContext context) => base.Pay(request, context);
}

[DisplayName("named/grpc-method")]
public class NamedMethodLedger : LedgerBase
{
    [LeaderOnly("billing")]
    public override Task<string> Pay(string request, ServerCallContext context) => base.Pay(request, context);
}

[DisplayName("unnamed/grpc-overridden")]
public class OverriddenUnnamedLedger : UnnamedMethodLedger
{
    public override Task<string> Pay(string request, ServerCallContext context) => Task.FromResult("served");
}

[DisplayName("named/grpc-overridden")]
public class OverriddenNamedLedger : NamedMethodLedger
{
    public override Task<string> Pay(string request, ServerCallContext context) => Task.FromResult("served");
}
