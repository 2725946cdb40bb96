using Parley.Cli.Extensions;
using Parley.Sip.Transport;

namespace Parley.Cli.Serving;

/// <summary>The first lines of <c>serve</c>: where it listens and what to dial there.</summary>
internal static class Greeting
{
    private const string Indent = "  ";

    public static void Write(TextWriter output, IReadOnlyList<SipListener> listeners, string domain, Places places)
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
        output.WriteLine($"Status      {places.Status}");
        output.WriteLine($"Call API    {places.CallApi}");
        output.WriteLine($"Agents      {places.VoiceAgents}");
        output.WriteLine($"Recordings  {places.Recordings}");
        output.WriteLine("Ready; Ctrl-C ends the calls and then the server.");
        output.Flush();
    }

    /// <summary>Where the rest is, for people.</summary>
    internal sealed record Places
    {
        public required string Status { get; init; }

        public required string CallApi { get; init; }

        public required string VoiceAgents { get; init; }

        public required string Recordings { get; init; }
    }
}
