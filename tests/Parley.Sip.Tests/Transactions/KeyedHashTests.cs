using System.Text;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class KeyedHashTests
{
    // The reference's key: bytes 00 to 0f.
    private static readonly HashSecret s_key = new(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);

    // From the authors' vectors for 128-bit output: the message is 00 01 02 … of that length.
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    public void It_is_SipHash_2_4_128(int length, string expected)
    {
        var hash = new KeyedHash(s_key);
        hash.Add(Enumerable.Range(0, length).Select(i => (byte)i).ToArray());
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash.Finish());
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void How_the_bytes_are_cut_does_not_matter()
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)(i * 7)).ToArray();
        var whole = new KeyedHash(s_key);
        whole.Add(bytes);
        var expected = whole.Finish();
        for (var step = 1; step < 40; step++)
        {
            var cut = new KeyedHash(s_key);
            for (var at = 0; at < bytes.Length; at += step)
                cut.Add(bytes.AsSpan(at, Math.Min(step, bytes.Length - at)));
            Assert.Equal(expected, cut.Finish());
        }
    }

    [Fact]
    public void Fields_do_not_run_into_each_other()
    {
        Assert.NotEqual(Fields("ab", "c"), Fields("a", "bc"));
        Assert.NotEqual(Fields("", "a"), Fields("a", ""));
    }

    [Fact]
    public void Case_is_ignored_where_asked_also_in_long_fields()
    {
        var mixed = new KeyedHash(s_key);
        mixed.AddFieldIgnoringCase(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("PhOne.", 40))));
        var lower = new KeyedHash(s_key);
        lower.AddField(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("phone.", 40))));
        Assert.Equal(lower.Finish(), mixed.Finish());
    }

    [Fact]
    public void Branches_differ_and_are_tokens()
    {
        var source = new BranchSource(s_key);
        var seen = new HashSet<string>();
        for (var i = 0; i < 10_000; i++)
        {
            var branch = default(Branch);
            source.Next(ref branch);
            var text = Encoding.ASCII.GetString(branch);
            Assert.Matches("^z9hG4bK[0-9a-z]{20}$", text);
            Assert.True(seen.Add(text));
        }
    }

    private static UInt128 Fields(params string[] fields)
    {
        var hash = new KeyedHash(s_key);
        foreach (var field in fields)
            hash.AddField(Encoding.ASCII.GetBytes(field));
        return hash.Finish();
    }
}
