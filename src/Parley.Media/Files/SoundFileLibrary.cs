using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Parley.Media.Files;

/// <summary>
/// libsndfile (LGPL), which decodes MP3 (from 1.1 on), Ogg, FLAC and more. It is the system's own, loaded while the program runs if it is there, and no part of this
/// one. What it reads is reached by calls back, never by a path.
/// </summary>
internal sealed class SoundFileLibrary
{
    // As it calls itself, e.g. libsndfile-1.2.0.
    private readonly string _version;

    private SoundFileLibrary(string version) => _version = version;

    /// <summary>The library of this system; null when there is none.</summary>
    public static SoundFileLibrary? Installed { get; } = Find();

    /// <summary>Reads the beginning of a file.</summary>
    /// <returns>False when it is none the library knows; <paramref name="error"/> says so.</returns>
    public unsafe bool TryOpen(
        SoundFileInput input, [NotNullWhen(true)] out SoundFileHandle? file, out LibSndFile.Info info, [NotNullWhen(false)] out string? error)
    {
        var callbacks = SoundFileInput.Callbacks;
        var held = new GCHandle<SoundFileInput>(input);
        LibSndFile.Info found = default;
        var opened = LibSndFile.OpenVirtual(&callbacks, LibSndFile.SFM_READ, &found, GCHandle<SoundFileInput>.ToIntPtr(held));
        info = found;
        if (opened != 0)
        {
            (file, error) = (new(opened, held), null);
            return true;
        }
        held.Dispose();
        // The library keeps one such error for all threads: two that fail at once may read each other's. It is but a hint in a message.
        (file, error) = (null, $"{_version} cannot decode it: {TextOf(LibSndFile.LastError(0))}");
        return false;
    }

    /// <summary>What the library says of an error, without its closing stop.</summary>
    public static unsafe string TextOf(int error) => Marshal.PtrToStringUTF8((nint)LibSndFile.ErrorText(error))?.TrimEnd('.') ?? $"error {error}";

    private static unsafe SoundFileLibrary? Find() =>
        // Found once and kept for the life of the process, so the handle is not given back.
        NativeLibrary.TryLoad(LibSndFile.Name, typeof(SoundFileLibrary).Assembly, null, out _)
            ? new(Marshal.PtrToStringUTF8((nint)LibSndFile.Version()) ?? LibSndFile.Name)
            : null;
}
