using System.Runtime.InteropServices;

namespace Parley.TestSupport.Speech;

/// <summary>Speech that can be recognised for sure: a word is a stretch of one value, w5 a stretch of 500; silence is zero.</summary>
internal static class Words
{
    public static short[] Say(int rate, IEnumerable<int> words) => [.. words.SelectMany(word => Stretch(rate, word).Concat(new short[rate / 10]))];

    private static short[] Stretch(int rate, int word)
    {
        var pcm = new short[rate / 5];
        Array.Fill(pcm, (short)(word * 100));
        return pcm;
    }
}

/// <summary>The vendor's ear: takes bytes and gives each word when it has ended, with its place.</summary>
internal sealed class Ear(int rate)
{
    private long _position;
    private int _now;
    private long _start;

    public IEnumerable<(string Word, double Start, double End)> Take(byte[] bytes)
    {
        foreach (var sample in MemoryMarshal.Cast<byte, short>(bytes).ToArray())
        {
            var now = (int)Math.Round(sample / 100.0); // a codec changes it a little
            if (now != _now)
            {
                if (_now > 0 && _position - _start >= rate / 8) yield return ($"w{_now}", (double)_start / rate, (double)_position / rate);
                (_now, _start) = (now, _position);
            }

            _position++;
        }
    }
}
