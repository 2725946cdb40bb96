using Parley.Media.Audio;
using Parley.Media.Files;

namespace Parley.Server.Voice.Sessions;

/// <summary>Opens what agents name to be played or recorded to: files of one folder, tones, URLs that are allowed.</summary>
internal sealed class Sounds(VoiceOptions options) : IDisposable
{
    // What is heard of a tone when nobody says how long.
    private static readonly TimeSpan ToneLength = TimeSpan.FromSeconds(1);

    private readonly NamedSounds _named = new(options.Prompts, options.Urls);

    /// <summary>Opens what is to be played.</summary>
    /// <param name="name">File, <c>tone:HZ</c> or URL.</param>
    /// <param name="rate">Samples per second wanted of files and tones.</param>
    /// <param name="repeat">For ever; a URL is then loaded whole before it begins.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="offset">How much of its beginning is left out.</param>
    /// <exception cref="ArgumentException">It may not be played, or cannot; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async ValueTask<IAudioSource> OpenAsync(string name, int rate, bool repeat, CancellationToken cancel, TimeSpan offset = default)
    {
        Require(name);
        try
        {
            return await _named.OpenAsync(name, rate, new() { Repeat = repeat, Offset = offset, ToneLength = ToneLength }, cancel);
        }
        catch (Exception e) when (e is FormatException or UnauthorizedAccessException)
        {
            throw new ArgumentException(e.Message, nameof(name), e);
        }
    }

    /// <summary>Path of a recording.</summary>
    /// <exception cref="ArgumentException">Nothing may be recorded there.</exception>
    public string Recording(string? name, string session)
    {
        if (options.Recordings is not { } folder)
            throw new ArgumentException("The server has no folder of recordings; recordings (VoiceOptions.Recordings) of its settings names one.", nameof(name));
        var file = string.IsNullOrEmpty(name) ? session + ".wav" : name.Replace("{id}", session, StringComparison.Ordinal);
        // A name from the root that is not the folder's counts from the folder: programs were written for servers where /recordings was theirs.
        return FolderPath.Below(folder, file) ?? FolderPath.Below(folder, file.TrimStart('/')) ?? throw new ArgumentException($"'{file}' is not below the folder of recordings.", nameof(name));
    }

    /// <summary>Name of a recording below its folder, as programs are told it.</summary>
    public string NameOf(string file) => options.Recordings is { } folder ? Path.GetRelativePath(folder, file) : file;

    public void Dispose() => _named.Dispose();

    // What settings would allow is said in their own words.
    private void Require(string name)
    {
        if (ToneName.IsTone(name))
            return;
        if (NamedSounds.IsUrl(name))
        {
            if (!options.Urls.Allows(new(name), out var refusal))
                throw new ArgumentException(refusal, nameof(name));
        }
        else if (options.Prompts is null)
        {
            throw new ArgumentException("The server has no folder of prompts; prompts (VoiceOptions.Prompts) of its settings names one.", nameof(name));
        }
    }
}
