using System.Runtime.CompilerServices;
using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>
/// Audio that comes as the body of a reply: the samples that were asked for, as they come; or a sound file (WAV, MP3, …) from one of the many servers that
/// speak a vendor's protocol and have nothing else, once all of it has come.
/// </summary>
internal static class HttpPcm
{
    // A WAV, an Ogg and a FLAC are known by as many.
    private const int Mark = 4;

    public static async IAsyncEnumerable<SynthesisChunk> ReadAsync(
        string vendor, HttpResponseMessage response, int sampleRate, SpeechConnections connections, [EnumeratorCancellation] CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[8192];
            var count = 0;
            for (int read; count < Mark; count += read)
            {
                read = await Next(vendor, stream, bytes.AsMemory(count), connections.Limits, cancel).ConfigureAwait(false);
                if (read == 0) break;
            }
            if (IsFile(bytes.AsSpan(0, count), response.Content.Headers.ContentType?.MediaType))
            {
                var clip = await LoadAsync(vendor, stream, bytes.AsMemory(0, count), connections.Limits, cancel).ConfigureAwait(false);
                for (var left = clip.Samples; !left.IsEmpty; left = left[Math.Min(left.Length, clip.SampleRate)..])
                    yield return new(left[..Math.Min(left.Length, clip.SampleRate)], clip.SampleRate);
                yield break;
            }
            var pcm = new PcmBytes();
            for (long total = count; count > 0; total += count)
            {
                ThrowIfTooMuch(vendor, total, connections.Limits);
                yield return new(pcm.Take(bytes.AsSpan(0, count)), sampleRate);
                count = await Next(vendor, stream, bytes, connections.Limits, cancel).ConfigureAwait(false);
            }
        }
    }

    // Four bytes of samples may look like the beginning of a frame of MP3, which has no better mark; then the server has to say so, too.
    private static bool IsFile(ReadOnlySpan<byte> start, string? type) =>
        AudioFile.IsSoundFile(start) && (start[0] != 0xFF || type is "audio/mpeg" or "audio/mp3");

    private static async Task<AudioClip> LoadAsync(string vendor, Stream stream, ReadOnlyMemory<byte> begun, VendorLimits limits, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        all.Write(begun.Span);
        var bytes = new byte[8192];
        for (int read; (read = await Next(vendor, stream, bytes, limits, cancel).ConfigureAwait(false)) > 0;)
        {
            all.Write(bytes, 0, read);
            ThrowIfTooMuch(vendor, all.Length, limits);
        }
        all.Position = 0;
        try
        {
            return await AudioFile.LoadAsync(all, new() { MaxClipBytes = limits.MaxReply }, cancel).ConfigureAwait(false);
        }
        catch (AudioFormatException e)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Protocol, e.Message, null, e);
        }
    }

    private static void ThrowIfTooMuch(string vendor, long bytes, VendorLimits limits)
    {
        if (bytes > limits.MaxReply) throw new SpeechVendorException(vendor, VendorFailure.Protocol, $"more than {limits.MaxReply} bytes of audio");
    }

    private static async Task<int> Next(string vendor, Stream stream, Memory<byte> bytes, VendorLimits limits, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limits.ResponseTimeout);
        try
        {
            return await stream.ReadAsync(bytes, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Timeout, $"no audio for {limits.ResponseTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Closed, "the connection broke", null, error);
        }
    }
}
