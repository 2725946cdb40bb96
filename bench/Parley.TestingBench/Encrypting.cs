using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Parley.Media.Rtp;
using Parley.Media.Srtp;

namespace Parley.TestingBench;

/// <summary>The price of one packet.</summary>
internal static class Encrypting
{
    private const int Packets = 300_000;
    private const int Payload = 160; // 20 ms of G.711

    public static Task RunAsync()
    {
        foreach (var suite in SrtpSuite.All)
        {
            Measure(suite, Packets / 10);
            var (encrypt, decrypt, bytes) = Measure(suite, Packets);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{suite}: {encrypt:0} ns to encrypt, {decrypt:0} ns to check and decrypt, {bytes:0} bytes allocated, a packet"));
        }

        return Task.CompletedTask;
    }

    private static (double Encrypt, double Decrypt, double Bytes) Measure(SrtpSuite suite, int packets)
    {
        var key = SrtpKey.Create(suite);
        using var sender = new SrtpSender(key);
        using var receiver = new SrtpReceiver(key);
        var packet = new byte[RtpHeader.Size + Payload];
        RtpHeader.Write(packet, 0, false, 0, 0, 1);
        // A hundred at a time, so that what is measured is the work and not the clock.
        var wires = Enumerable.Range(0, 100).Select(_ => new byte[packet.Length + SrtpSender.MaxOverhead]).ToArray();
        var lengths = new int[wires.Length];
        long encrypt = 0, decrypt = 0;
        ushort sequence = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var done = 0; done < packets; done += wires.Length)
        {
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < wires.Length; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence++);
                lengths[i] = sender.Protect(packet, wires[i]);
            }

            var between = Stopwatch.GetTimestamp();
            for (var i = 0; i < wires.Length; i++)
            {
                if (receiver.Unprotect(wires[i].AsSpan(0, lengths[i])) != packet.Length)
                    throw new InvalidOperationException("A packet did not arrive.");
            }

            encrypt += between - begun;
            decrypt += Stopwatch.GetTimestamp() - between;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var scale = 1e9 / Stopwatch.Frequency / packets;
        return (encrypt * scale, decrypt * scale, (double)allocated / packets);
    }
}
