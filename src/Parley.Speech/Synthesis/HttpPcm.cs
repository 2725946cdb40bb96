using System.Runtime.CompilerServices;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>Audio that comes as the body of a reply.</summary>
internal static class HttpPcm
{
    public static async IAsyncEnumerable<SynthesisChunk> ReadAsync(
        string vendor, HttpResponseMessage response, int sampleRate, SpeechConnections connections, [EnumeratorCancellation] CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[8192];
            var pcm = new PcmBytes();
            for (long total = 0; ;)
            {
                var read = await Next(vendor, stream, bytes, connections.Limits, cancel).ConfigureAwait(false);
                if (read == 0) break;
                total += read;
                if (total > connections.Limits.MaxReply) throw new SpeechVendorException(vendor, VendorFailure.Protocol, $"more than {connections.Limits.MaxReply} bytes of audio");
                yield return new(pcm.Take(bytes.AsSpan(0, read)), sampleRate);
            }
        }
    }

    private static async Task<int> Next(string vendor, Stream stream, byte[] bytes, VendorLimits limits, CancellationToken cancel)
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
