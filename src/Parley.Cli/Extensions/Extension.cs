namespace Parley.Cli.Extensions;

/// <summary>Something to dial: a name, or the beginning of one, and what answers there.</summary>
/// <param name="Pattern">How it is written for people, e.g. <c>tone-N</c>.</param>
/// <param name="Name">What is dialled; ends with a hyphen when an argument follows.</param>
/// <param name="Summary">What a caller gets, in a few words.</param>
/// <param name="Handler">Serves the call; when it returns, the call is hung up.</param>
internal sealed record Extension(string Pattern, string Name, string Summary, ExtensionHandler Handler)
{
    public bool TakesArgument => Name.EndsWith('-');
}

/// <summary>Serves a call to an extension.</summary>
/// <param name="call">The call, and what it may use.</param>
/// <param name="ended">Fires when the call has ended.</param>
internal delegate Task ExtensionHandler(ExtensionCall call, CancellationToken ended);
