using Parley.Cli.Extensions;
using Parley.Sip.Transport;

namespace Parley.Cli.Serving;

/// <summary>The first lines of <c>serve</c>: where it listens and what to dial there.</summary>
internal static class Greeting
{
    private const string Indent = "  ";

    public static void Write(TextWriter output, IReadOnlyList<SipListener> listeners, string domain, string http, string callApi, string recordings)
    {
        output.WriteLine("Listening on");
        foreach (var listener in listeners)
            output.WriteLine($"{Indent}{listener}");
        output.WriteLine("Dial");
        var first = listeners[0];
        var uris = ExtensionTable.All.ToDictionary(one => one, one => DialAddress.UriOf(one.Pattern, first));
        var width = uris.Values.Max(uri => uri.Length) + 2;
        foreach (var (extension, uri) in uris)
            output.WriteLine($"{Indent}{uri.PadRight(width)}{extension.Summary}");
        foreach (var other in listeners.Skip(1))
            output.WriteLine($"{Indent}or {DialAddress.UriOf("…", other)}");
        output.WriteLine($"Accounts    of {domain}; 'parley account add NAME' adds one for a phone to register with");
        output.WriteLine($"Status      {http}");
        output.WriteLine($"Call API    {callApi}");
        output.WriteLine($"Recordings  {recordings}");
        output.WriteLine("Ready; Ctrl-C ends the calls and then the server.");
        output.Flush();
    }
}
