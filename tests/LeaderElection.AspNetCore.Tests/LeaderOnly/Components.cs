using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>The root of a Blazor app: says of every page that it was served.</summary>
[SuppressMessage("Design", "CA1062", Justification = "Called by Blazor.")]
public class RootComponent : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, "served");
}

[LeaderOnly]
[Route("/unnamed/component")]
public class UnnamedComponent : ComponentBase;

[LeaderOnly("billing")]
[Route("/named/component")]
public class NamedComponent : ComponentBase;

[Route("/unnamed/component-inherited")]
public class InheritedUnnamedComponent : UnnamedComponent;

[Route("/named/component-inherited")]
public class InheritedNamedComponent : NamedComponent;

[Route("/open/component")]
public class OpenComponent : ComponentBase;
