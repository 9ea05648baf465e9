using System.Text;

namespace Tacit.Tests.ContextMixing;

/// <summary>Generated inputs, the same on every machine: the golden digests depend on them.</summary>
internal static class Samples
{
    public static readonly string[] Kinds = ["random", "zeros", "text", "utf8", "periodic", "records", "code", "mixed"];

    public static byte[] Make(string kind, int length, uint seed = 1)
    {
        var random = new Lcg(seed);
        var data = new byte[length];
        switch (kind)
        {
            case "zeros":
                break;
            case "random":
                foreach (ref byte b in data.AsSpan())
                    b = (byte)random.Next(256);
                break;
            case "text":
                Fill(data, ["the ", "quick ", "brown ", "fox ", "jumps ", "over ", "a ", "lazy ", "dog", ", ", ".\n", "and "], ref random);
                break;
            case "utf8":
                Fill(data, ["Zürich ", "naïve ", "Привет, ", "мир ", "压缩", "模型", "数据", "。", "\n"], ref random);
                break;
            case "periodic":
                for (int i = 0; i < length; i++)
                    data[i] = (byte)(i % 17 * 15);
                break;
            case "records":
                for (int i = 0; i < length; i++)
                {
                    data[i] = (i % 24) switch
                    {
                        < 4 => (byte)(i / 24 >> 8 * (i % 24)),
                        < 8 => (byte)random.Next(3),
                        8 => (byte)random.Next(256),
                        _ => (byte)(7 * (i % 24)),
                    };
                }
                break;
            case "code":
                for (int i = 0; i < length; i++)
                    data[i] = (i & 7) == 0 ? (byte)0xE8 : (byte)(random.Next(16) * random.Next(16));
                break;
            case "picture":   // rows of 480 pixels: discs on white
                for (int i = 0; i < 8 * length; i++)
                {
                    int x = i % 480 % 61 - 30, y = i / 480 % 47 - 23;
                    if (x * x + y * y < 300 + i / 480 / 47 % 7 * 20)
                        data[i / 8] |= (byte)(128 >> i % 8);
                }
                break;
            case "x86":
                FillCode(data, ref random);
                break;
            case "chinese":
                Fill(data, ["压缩", "模型", "数据", "的", "是", "我们", "预测", "下一个", "。", ",", "\n"], ref random);
                break;
            case "mixed":
                int part = length / 4;
                Make("text", part, seed).CopyTo(data, 0);
                Make("random", part, seed).CopyTo(data, part);
                Make("records", length - 2 * part, seed).CopyTo(data, 2 * part);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
        return data;
    }

    private static void Fill(Span<byte> data, string[] words, ref Lcg random)
    {
        while (!data.IsEmpty)
        {
            byte[] word = Encoding.UTF8.GetBytes(words[random.Next(words.Length)]);
            int count = Math.Min(word.Length, data.Length);
            word.AsSpan(0, count).CopyTo(data);
            data = data[count..];
        }
    }

    // Instructions of the most usual kinds, and calls of twenty functions.
    private static void FillCode(Span<byte> data, ref Lcg random)
    {
        string[] usual = ["55", "4889E5", "488B45F8", "8B45FC", "83C001", "4885C0", "740A", "EB05", "C3", "4889C7", "31C0", "0FB6C0"];
        int at = 0;
        while (at < data.Length)
        {
            byte[] next = Convert.FromHexString(usual[random.Next(usual.Length)]);
            if (random.Next(4) == 0)
            {
                next = new byte[5];
                next[0] = 0xE8;
                System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(next.AsSpan(1), 997 * random.Next(20) - at - 5);
            }
            int count = Math.Min(next.Length, data.Length - at);
            next.AsSpan(0, count).CopyTo(data[at..]);
            at += count;
        }
    }

    internal struct Lcg(uint seed)
    {
        private ulong _state = seed * 0x9E3779B97F4A7C15UL + 1;

        public int Next(int bound)
        {
            _state = _state * 6364136223846793005UL + 1442695040888963407UL;
            return (int)((_state >> 33) * (ulong)bound >> 31);
        }
    }
}
