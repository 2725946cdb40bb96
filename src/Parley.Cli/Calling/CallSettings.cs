using Parley.Cli.Terminal;
using Parley.Media.Files;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;

namespace Parley.Cli.Calling;

/// <summary>What <c>parley call</c> was asked for.</summary>
internal sealed record CallSettings
{
    public required SipUri Target { get; init; }

    public SipUri? Proxy { get; init; }

    public string? Caller { get; init; }

    public string? Play { get; init; }

    public string? Record { get; init; }

    public string Digits { get; init; } = "";

    /// <summary>Time from the answer to the hang-up; null for as long as there is something to do.</summary>
    public TimeSpan? Duration { get; init; }

    public TimeSpan? RingTimeout { get; init; }

    public DigestCredentials? Credentials { get; init; }

    public static bool IsDigit(char c) => char.ToUpperInvariant(c) is (>= '0' and <= '9') or '*' or '#' or (>= 'A' and <= 'D');

    /// <summary>User part of an address; null when there is none.</summary>
    public static string? UserOf(string? address)
    {
        if (address is null)
            return null;
        return SipAddress.TryParse(address, out var parsed)
            ? parsed.Uri.User
            : throw CommandException.Usage($"--from: '{address}' is no SIP address; write sip:user@host or \"Name\" <sip:user@host>.");
    }

    /// <summary>Refuses files that could not be used, before anybody's phone rings.</summary>
    public async Task CheckFilesAsync(CancellationToken cancel)
    {
        try
        {
            if (Play is not null && !IsUrl(Play))
                await AudioFile.LoadAsync(Play, cancellationToken: cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AudioFormatException)
        {
            // What is inside does not name the file a second time.
            throw CommandException.Usage($"--play {Play}: {(e.InnerException as AudioFormatException ?? e).Message}");
        }

        if (Record is not null && Path.GetDirectoryName(Path.GetFullPath(Record)) is { } folder && !Directory.Exists(folder))
            throw CommandException.Usage($"--record {Record}: there is no folder {folder}.");
    }

    private static bool IsUrl(string file) =>
        Uri.TryCreate(file, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
